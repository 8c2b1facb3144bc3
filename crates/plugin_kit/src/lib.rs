//! plugin_kit
