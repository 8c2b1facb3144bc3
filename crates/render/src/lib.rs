//! THE SAME SOUND, FROM FILES: the stems of a folder through the chains of the plugins, whether they make the mix, and
//! what was measured of them and their master. The programme `stemma` does and says it on the command line.
//!
//! Mastering: `session_file` is all settings as text · `song` is stems with their settings, through their chains ·
//! `limiting` is a pass of the limiter · `prediction` is how loud it will come out · `drive` searches how far to go into
//! it · `versions` is which stems a version has · `mastering` is the last pass, parts and all · `reduction` is what the
//! limiter took · `average_spectrum` is the tone of a whole file.
//!
//! Saying: `stem_names` reads a stem's name and role from its file's name · `measure` is the figures of one file ·
//! `null_test` takes the stems from the mix and says why something is left · `delivery` is all checks of a folder of
//! stems · `report` is what was measured, as JSON and as a page · `table` is the same for the terminal · `interrupt` is
//! Ctrl-C.

pub mod average_spectrum;
pub mod delivery;
pub mod drive;
mod file_true_peak;
pub mod interrupt;
pub mod limiting;
pub mod mastering;
pub mod measure;
pub mod null_test;
mod prediction;
pub mod reduction;
pub mod report;
pub mod session_file;
pub mod song;
pub mod stem_names;
pub mod table;
pub mod versions;
