-- Failed sign-ins by account and by address, in the database so that a lockout holds across processes. An account
-- is named by what was typed: one that does not exist locks like any other, and so tells nothing.
CREATE TABLE sign_in_attempts (
  subject text PRIMARY KEY,
  failures integer NOT NULL,
  locked_until timestamptz,
  last_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
