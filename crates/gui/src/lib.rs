//! WHAT IT LOOKS LIKE: the parts of Stemma's windows. Values in, edits out.
//!
//! Nothing here knows a host or makes sound: a view draws what the sound says about itself, and tells a
//! [`parameter::Parameter`] what a hand did to it. Views are placed in rectangles given by the window, in sizes scaled
//! by its [`theme::Theme`]. Everything runs on the main thread.

// What everything is made of.
pub mod figure;
pub mod parameter;
pub mod peak;
pub mod shown;
pub mod theme;

// For the tests of windows.
pub mod contrast_check;
pub mod layout_check;
pub mod picture;

// Controls: what a hand can hold.
pub mod choice;
pub mod control;
pub mod edit_bar;
pub mod entry;
pub mod field;
pub mod keyboard;
pub mod knob;
pub mod preset_dialog;
pub mod switch;
pub mod value_menu;
pub mod wheel;

// Views: what an eye can read.
pub mod loudness_history;
pub mod loudness_panel;
pub mod meter;
pub mod null_panel;
pub mod platform_table;
pub mod reduction_history;
pub mod remote_trim;
pub mod stem_color;
pub mod stem_list;
pub mod stem_row;
pub mod time_axis;
pub mod timeline;

// Both: the stages of the sound.
pub mod compressor_panel;
pub mod compressor_view;
pub mod equalizer_graph;
pub mod equalizer_node;
pub mod equalizer_panel;
pub mod graph_scale;
pub mod guard_rail;
