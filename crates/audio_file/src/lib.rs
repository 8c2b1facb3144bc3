//! audio_file
