mod answers;
mod bad_input;
mod documents;
mod ids;
mod kit;
mod routes;
