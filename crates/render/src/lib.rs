//! WHAT IS SAID OF FILES: what the stems of a folder are called, whether they make the mix, and what was measured of them
//! and their master. The programme `stemma` says it on the command line.
//!
//! `stem_names` reads a stem's name and role from its file's name · `measure` is the figures of one file · `null_test`
//! takes the stems from the mix and says why something is left · `delivery` is all checks of a folder of stems · `report` is what was measured, as JSON and as a page ·
//! `table` is the same for the terminal · `interrupt` is Ctrl-C.

pub mod delivery;
mod file_true_peak;
pub mod interrupt;
pub mod measure;
pub mod null_test;
pub mod report;
pub mod stem_names;
pub mod table;
