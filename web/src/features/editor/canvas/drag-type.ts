/** What a node type carries while it is dragged from the palette. */
export const NODE_TYPE_MIME = 'application/x-millrace-node-type'
