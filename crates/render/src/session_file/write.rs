//! From settings to text.

use std::fmt::Write;
use std::ops::RangeInclusive;

use super::form::{self, Form, Layout};
use super::{Session, VERSION};

const HEAD: &str = "\
# A Stemma session: all settings of the stems and of the master. The unit ends each key.
# What is left out is neutral; `stemma session show` tells what is not.
";

/// The whole file.
pub fn session(session: &Session) -> String {
    let mut text = format!("{HEAD}version = {VERSION}\n");
    text += "\n[master]\n";
    let mut master = session.master;
    form::master(&mut Writer { text: &mut text, path: "master" }, &mut master);
    for stem in &session.stems {
        text += "\n[[stem]]\n";
        form::stem(&mut Writer { text: &mut text, path: "stem" }, &mut stem.clone());
    }
    text
}

/// A number as TOML writes it: always with a point, always the same number when read again.
pub fn number_text(value: f32) -> String {
    format!("{value:?}")
}

/// Text in quotation marks.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Writes each setting on a line of its own.
struct Writer<'a> {
    text: &'a mut String,
    path: &'a str,
}

impl Writer<'_> {
    fn line(&mut self, key: &str, value: &str) {
        // Writing into a string cannot fail.
        let _ = writeln!(self.text, "{key} = {value}");
    }
}

impl Form for Writer<'_> {
    fn section(&mut self, key: &'static str, layout: Layout, inside: &mut dyn FnMut(&mut dyn Form)) {
        match layout {
            Layout::Table => {
                let path = format!("{}.{key}", self.path);
                let _ = write!(self.text, "\n[{path}]\n");
                inside(&mut Writer { text: self.text, path: &path });
            }
            Layout::Line => {
                let mut entries = String::new();
                inside(&mut Writer { text: &mut entries, path: "" });
                let entries: Vec<&str> = entries.lines().collect();
                self.line(key, &format!("{{ {} }}", entries.join(", ")));
            }
        }
    }

    fn number(&mut self, key: &'static str, value: &mut f32, _range: RangeInclusive<f32>) {
        self.line(key, &number_text(*value));
    }

    fn number_or_off(&mut self, key: &'static str, value: &mut Option<f32>, _range: RangeInclusive<f32>) {
        self.line(key, &value.map_or_else(|| quoted("off"), number_text));
    }

    fn switch(&mut self, key: &'static str, on: &mut bool) {
        self.line(key, if *on { "true" } else { "false" });
    }

    fn word(&mut self, key: &'static str, place: &mut usize, words: &[&'static str]) {
        self.line(key, &quoted(words.get(*place).copied().unwrap_or_default()));
    }

    fn text(&mut self, key: &'static str, text: &mut String) {
        self.line(key, &quoted(text));
    }
}
