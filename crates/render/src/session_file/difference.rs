//! What two sessions do differently.

use std::ops::RangeInclusive;

use super::form::{self, Form, Layout};
use super::write::number_text;
use super::{Session, Stem};

/// From one session to the other, a line each.
pub fn differences(from: &Session, to: &Session) -> Vec<String> {
    compare(from, to, |place, before, after| format!("{place}: {before} → {after}"))
}

/// The same where only the other is of interest.
pub fn decisions(neutral: &Session, session: &Session) -> Vec<String> {
    compare(neutral, session, |place, _, after| format!("{place}: {after}"))
}

fn compare(from: &Session, to: &Session, line: impl Fn(&str, &str, &str) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |who: &str, before: Vec<Entry>, after: Vec<Entry>| {
        let changed = before.iter().zip(&after).filter(|(before, after)| before.value != after.value);
        lines.extend(
            changed.map(|(before, after)| line(&format!("{who} · {}", before.path), &before.value, &after.value)),
        );
    };
    let master = |session: &Session| listed(|form| form::master(form, &mut session.master.clone()));
    add("Master", master(from), master(to));
    let stem = |stem: &Stem| listed(|form| form::stem(form, &mut stem.clone()));
    for before in &from.stems {
        if let Some(after) = to.stems.iter().find(|after| after.file == before.file) {
            add(&after.name, stem(before), stem(after));
        }
    }
    let missing = |from: &Session, to: &Session| -> Vec<String> {
        let is_missing = |stem: &&Stem| !to.stems.iter().any(|other| other.file == stem.file);
        from.stems.iter().filter(is_missing).map(|stem| stem.name.clone()).collect()
    };
    lines.extend(missing(from, to).into_iter().map(|name| format!("{name}: only in the first")));
    lines.extend(missing(to, from).into_iter().map(|name| format!("{name}: only in the second")));
    lines
}

/// One setting: where it is, and its value as text.
struct Entry {
    path: String,
    value: String,
}

/// Every setting in the order of the file.
fn listed(fields: impl FnOnce(&mut dyn Form)) -> Vec<Entry> {
    let mut lister = Lister { path: String::new(), entries: Vec::new() };
    fields(&mut lister);
    lister.entries
}

/// Writes the settings into a list.
struct Lister {
    path: String,
    entries: Vec<Entry>,
}

impl Lister {
    fn add(&mut self, key: &str, value: String) {
        self.entries.push(Entry { path: format!("{}{key}", self.path), value });
    }
}

impl Form for Lister {
    fn section(&mut self, key: &'static str, _layout: Layout, inside: &mut dyn FnMut(&mut dyn Form)) {
        let outside = self.path.clone();
        self.path = format!("{outside}{key}.");
        inside(self);
        self.path = outside;
    }

    fn number(&mut self, key: &'static str, value: &mut f32, _range: RangeInclusive<f32>) {
        self.add(key, number_text(*value));
    }

    fn number_or_off(&mut self, key: &'static str, value: &mut Option<f32>, _range: RangeInclusive<f32>) {
        self.add(key, value.map_or_else(|| "off".to_owned(), number_text));
    }

    fn switch(&mut self, key: &'static str, on: &mut bool) {
        self.add(key, on.to_string());
    }

    fn word(&mut self, key: &'static str, place: &mut usize, words: &[&'static str]) {
        self.add(key, words.get(*place).copied().unwrap_or_default().to_owned());
    }

    fn text(&mut self, key: &'static str, text: &mut String) {
        self.add(key, text.clone());
    }
}
