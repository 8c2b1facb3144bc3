//! From text to settings, with the line of whatever is wrong.

use std::ops::{Range, RangeInclusive};
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::form::{self, Form, Layout};
use super::{Session, SessionError, Stem, VERSION};

/// Something wrong, and where in the text.
pub struct Mistake {
    byte: usize,
    problem: String,
}

impl Mistake {
    /// As the person who wrote the file wants to hear it.
    pub fn in_file(self, text: &str, path: &Path) -> SessionError {
        let before = text.as_bytes().get(..self.byte).unwrap_or_default();
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        SessionError::Malformed { path: path.to_path_buf(), line, problem: self.problem }
    }
}

fn mistake(span: &Range<usize>, problem: String) -> Mistake {
    Mistake { byte: span.start, problem }
}

/// The whole session.
pub fn session(text: &str) -> Result<Session, Mistake> {
    let document = DeTable::parse(text).map_err(|error| Mistake {
        byte: error.span().map_or(0, |span| span.start),
        problem: error.message().to_owned(),
    })?;
    let (span, root) = (document.span(), document.get_ref());
    // First of all: nothing else can be said of a file whose form is not known.
    check_version(root, &span)?;
    let mut session = Session::default();
    for (key, value) in root {
        match key.get_ref().as_ref() {
            "version" => {}
            "master" => fill(value, &mut |form| form::master(form, &mut session.master))?,
            "stem" => session.stems = stems(value)?,
            _ => return Err(unknown(key, &["version", "master", "stem"])),
        }
    }
    Ok(session)
}

fn check_version(root: &DeTable, span: &Range<usize>) -> Result<(), Mistake> {
    let Some((_, value)) = root.iter().find(|(key, _)| key.get_ref() == "version") else {
        return Err(mistake(span, format!("the key `version` is missing; this is version {VERSION}")));
    };
    let version = match value.get_ref() {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    match version {
        Some(version) if version > VERSION => Err(mistake(
            &value.span(),
            format!("this file is of version {version}, and this Stemma reads up to {VERSION}: a newer one wrote it"),
        )),
        Some(1..) => Ok(()),
        _ => Err(mistake(&value.span(), format!("`version` must be a whole number from 1 to {VERSION}"))),
    }
}

fn stems(value: &Spanned<DeValue>) -> Result<Vec<Stem>, Mistake> {
    let DeValue::Array(entries) = value.get_ref() else {
        return Err(mistake(&value.span(), "stems are written as [[stem]], each with its own".to_owned()));
    };
    let mut stems: Vec<Stem> = Vec::new();
    for entry in entries.iter() {
        let mut stem = Stem::default();
        fill(entry, &mut |form| form::stem(form, &mut stem))?;
        if stem.file.is_empty() {
            return Err(mistake(
                &entry.span(),
                "a [[stem]] needs `file`: its sound file, without the ending".to_owned(),
            ));
        }
        if stems.iter().any(|other| other.file == stem.file) {
            return Err(mistake(&entry.span(), format!("the stem `{}` is there twice", stem.file)));
        }
        if stem.name.is_empty() {
            stem.name.clone_from(&stem.file);
        }
        stems.push(stem);
    }
    Ok(stems)
}

/// Lets `fields` take what it knows out of a table; what is left over is a mistake.
fn fill(value: &Spanned<DeValue>, fields: &mut dyn FnMut(&mut dyn Form)) -> Result<(), Mistake> {
    let DeValue::Table(table) = value.get_ref() else {
        return Err(mistake(&value.span(), "settings with keys of their own belong here".to_owned()));
    };
    let mut reader = Reader { table, known: Vec::new(), mistake: None };
    fields(&mut reader);
    if let Some(mistake) = reader.mistake {
        return Err(mistake);
    }
    match table.keys().find(|key| !reader.known.contains(&key.get_ref().as_ref())) {
        Some(key) => Err(unknown(key, &reader.known)),
        None => Ok(()),
    }
}

fn unknown(key: &Spanned<toml::de::DeString>, known: &[&str]) -> Mistake {
    mistake(&key.span(), format!("`{}` is no key here; there are: {}", key.get_ref(), known.join(", ")))
}

/// Fills settings from a table.
struct Reader<'a> {
    table: &'a DeTable<'a>,
    /// The keys asked for so far.
    known: Vec<&'static str>,
    /// The first thing found wrong; nothing more is read after it.
    mistake: Option<Mistake>,
}

impl<'a> Reader<'a> {
    /// The value of a key, if it is there and all was well so far.
    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(key);
        let found = self.table.iter().find(|(name, _)| name.get_ref() == key);
        found.map(|(_, value)| value).filter(|_| self.mistake.is_none())
    }

    fn refuse(&mut self, key: &str, value: &Spanned<DeValue>, wanted: &str) {
        let got = match value.get_ref() {
            DeValue::String(text) => format!("\"{text}\""),
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(on) => on.to_string(),
            other => format!("a {}", other.type_str()),
        };
        self.mistake = Some(mistake(&value.span(), format!("`{key}` is {got}; it must be {wanted}")));
    }
}

/// A number of either kind; TOML knows `inf` and `nan`, which no setting is.
fn number(value: &DeValue) -> Option<f32> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(|whole| whole as f32),
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    }
}

fn within(value: &DeValue, range: &RangeInclusive<f32>) -> Option<f32> {
    number(value).filter(|number| range.contains(number))
}

fn range_text(range: &RangeInclusive<f32>) -> String {
    format!("a number from {} to {}", range.start(), range.end())
}

impl Form for Reader<'_> {
    fn section(&mut self, key: &'static str, _layout: Layout, inside: &mut dyn FnMut(&mut dyn Form)) {
        if let Some(value) = self.value(key) {
            self.mistake = fill(value, inside).err();
        }
    }

    fn number(&mut self, key: &'static str, value: &mut f32, range: RangeInclusive<f32>) {
        let Some(written) = self.value(key) else { return };
        match within(written.get_ref(), &range) {
            Some(number) => *value = number,
            None => self.refuse(key, written, &range_text(&range)),
        }
    }

    fn number_or_off(&mut self, key: &'static str, value: &mut Option<f32>, range: RangeInclusive<f32>) {
        let Some(written) = self.value(key) else { return };
        match (written.get_ref(), within(written.get_ref(), &range)) {
            (DeValue::String(text), _) if text == "off" => *value = None,
            (_, Some(number)) => *value = Some(number),
            _ => self.refuse(key, written, &format!("\"off\" or {}", range_text(&range))),
        }
    }

    fn switch(&mut self, key: &'static str, on: &mut bool) {
        let Some(written) = self.value(key) else { return };
        match written.get_ref() {
            DeValue::Boolean(wanted) => *on = *wanted,
            _ => self.refuse(key, written, "true or false"),
        }
    }

    fn word(&mut self, key: &'static str, place: &mut usize, words: &[&'static str]) {
        let Some(written) = self.value(key) else { return };
        let found = match written.get_ref() {
            DeValue::String(text) => words.iter().position(|word| word.eq_ignore_ascii_case(text)),
            _ => None,
        };
        match found {
            Some(found) => *place = found,
            None => self.refuse(key, written, &format!("one of \"{}\"", words.join("\", \""))),
        }
    }

    fn text(&mut self, key: &'static str, text: &mut String) {
        let Some(written) = self.value(key) else { return };
        match written.get_ref() {
            DeValue::String(wanted) => *text = wanted.to_string(),
            _ => self.refuse(key, written, "text in quotation marks"),
        }
    }
}
