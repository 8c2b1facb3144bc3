//! THE SAME SOUND, FROM FILES: what a folder of stems is called, and what is said about it.
//!
//! `stem_names` reads a stem's name and role from its file's name · `report` is what was measured, as JSON and as a
//! page · `table` is the same for the terminal.

pub mod report;
pub mod stem_names;
pub mod table;
