//! WHAT IS SAID OF FILES: what the stems of a folder are called, and what was measured of them and their master.
//!
//! `stem_names` reads a stem's name and role from its file's name · `report` is what was measured, as JSON and as a
//! page · `table` is the same for the terminal.

pub mod report;
pub mod session_file;
pub mod stem_names;
pub mod table;
