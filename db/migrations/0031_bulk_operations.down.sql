DROP TABLE bulk_members, bulk_operations;
