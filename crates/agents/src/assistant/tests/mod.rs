//! The assistant at its boundary: the capability as a pattern calls it, on one side;
//! a server of OpenAI's API, on the other.

mod answers;
mod background;
mod book;
mod chat;
mod faults;
mod injection;
mod request;
mod table;
mod world;
