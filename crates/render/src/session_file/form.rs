//! Every setting of a session file, once: its key with the unit, its range, its words. Reading, writing and comparing
//! all go through this list, so a file that was written is always read, and no key is forgotten.

use std::ops::RangeInclusive;

use dsp::compressor::{CompressorSettings, DetectorKind};
use dsp::dither::WordLength;
use dsp::equalizer::{BandSettings, CutSettings, EqualizerSettings, Placement, Slope};
use dsp::limiter::LimiterSettings;
use dsp::master_chain::MasterSettings;
use dsp::role::Role;
use dsp::trim::{Polarity, TrimSettings};

use super::Stem;

/// Something that goes through the settings one by one: a reader fills them, a writer writes them down.
pub trait Form {
    /// Settings under a key of their own.
    fn section(&mut self, key: &'static str, layout: Layout, inside: &mut dyn FnMut(&mut dyn Form));
    /// A number, whose unit ends the key.
    fn number(&mut self, key: &'static str, value: &mut f32, range: RangeInclusive<f32>);
    /// A number that may be "off".
    fn number_or_off(&mut self, key: &'static str, value: &mut Option<f32>, range: RangeInclusive<f32>);
    /// Yes or no.
    fn switch(&mut self, key: &'static str, on: &mut bool);
    /// One of several words, by its place among them.
    fn word(&mut self, key: &'static str, place: &mut usize, words: &[&'static str]);
    /// Any text.
    fn text(&mut self, key: &'static str, text: &mut String);
}

/// How a section stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// On lines of its own.
    Table,
    /// On one line.
    Line,
}

/// The master's settings.
pub fn master(form: &mut dyn Form, settings: &mut MasterSettings) {
    form.number("input_gain_db", &mut settings.input_gain_db, -12.0..=12.0);
    choice(form, "dither", &mut settings.dither, &WORD_LENGTHS);
    form.number("output_gain_db", &mut settings.output_gain_db, -24.0..=0.0);
    form.switch("bypass", &mut settings.bypass);
    form.section("equalizer", Layout::Table, &mut |form| equalizer(form, &mut settings.equalizer, true));
    form.section("compressor", Layout::Table, &mut |form| compressor(form, &mut settings.compressor));
    form.section("limiter", Layout::Table, &mut |form| limiter(form, &mut settings.limiter));
}

/// A stem and its settings.
pub fn stem(form: &mut dyn Form, stem: &mut Stem) {
    form.text("file", &mut stem.file);
    form.text("name", &mut stem.name);
    choice(form, "role", &mut stem.role, &Role::ALL.map(|role| (role.name(), role)));
    let settings = &mut stem.settings;
    form.switch("bypass", &mut settings.bypass);
    form.section("trim", Layout::Table, &mut |form| trim(form, &mut settings.trim));
    form.section("equalizer", Layout::Table, &mut |form| equalizer(form, &mut settings.equalizer, false));
    form.section("compressor", Layout::Table, &mut |form| compressor(form, &mut settings.compressor));
}

fn trim(form: &mut dyn Form, settings: &mut TrimSettings) {
    form.number("trim_db", &mut settings.trim_db, -24.0..=12.0);
    choice(form, "polarity", &mut settings.polarity, &POLARITIES);
    percent(form, "balance_percent", &mut settings.balance, -100.0..=100.0);
    form.switch("mute", &mut settings.mute);
}

/// On a stem every band hears both channels, as in Stem Trim.
fn equalizer(form: &mut dyn Form, settings: &mut EqualizerSettings, placed: bool) {
    let line =
        |form: &mut dyn Form, key, inside: &mut dyn FnMut(&mut dyn Form)| form.section(key, Layout::Line, inside);
    let EqualizerSettings { high_pass, low_shelf, bells: [bell_1, bell_2, bell_3], high_shelf, low_pass } = settings;
    line(form, "high_pass", &mut |form| cut(form, high_pass, 10.0..=500.0, placed));
    let bands = [
        ("low_shelf", low_shelf),
        ("bell_1", bell_1),
        ("bell_2", bell_2),
        ("bell_3", bell_3),
        ("high_shelf", high_shelf),
    ];
    for (key, settings) in bands {
        line(form, key, &mut |form| band(form, settings, placed));
    }
    line(form, "low_pass", &mut |form| cut(form, low_pass, 1_000.0..=22_000.0, placed));
}

fn cut(form: &mut dyn Form, settings: &mut CutSettings, range_hz: RangeInclusive<f32>, placed: bool) {
    choice(form, "slope", &mut settings.slope, &SLOPES);
    form.number("frequency_hz", &mut settings.frequency_hz, range_hz);
    if placed {
        choice(form, "placement", &mut settings.placement, &PLACEMENTS);
    }
}

fn band(form: &mut dyn Form, settings: &mut BandSettings, placed: bool) {
    form.switch("on", &mut settings.on);
    form.number("frequency_hz", &mut settings.frequency_hz, 20.0..=20_000.0);
    form.number("gain_db", &mut settings.gain_db, -12.0..=12.0);
    form.number("q", &mut settings.q, 0.1..=10.0);
    if placed {
        choice(form, "placement", &mut settings.placement, &PLACEMENTS);
    }
}

fn compressor(form: &mut dyn Form, settings: &mut CompressorSettings) {
    form.switch("on", &mut settings.on);
    form.number("threshold_db", &mut settings.threshold_db, -60.0..=0.0);
    form.number("ratio", &mut settings.ratio, 1.0..=10.0);
    form.number("knee_db", &mut settings.knee_db, 0.0..=24.0);
    form.number("attack_ms", &mut settings.attack_ms, 0.1..=200.0);
    form.number("release_ms", &mut settings.release_ms, 5.0..=2_000.0);
    form.switch("auto_release", &mut settings.auto_release);
    form.number_or_off("sidechain_high_pass_hz", &mut settings.sidechain_high_pass_hz, 20.0..=500.0);
    choice(form, "detector", &mut settings.detector, &DETECTORS);
    percent(form, "stereo_link_percent", &mut settings.stereo_link, 0.0..=100.0);
    percent(form, "mix_percent", &mut settings.mix, 0.0..=100.0);
    form.number("makeup_db", &mut settings.makeup_db, -12.0..=12.0);
    form.switch("auto_makeup", &mut settings.auto_makeup);
}

fn limiter(form: &mut dyn Form, settings: &mut LimiterSettings) {
    form.number("drive_db", &mut settings.drive_db, 0.0..=24.0);
    form.number("ceiling_dbtp", &mut settings.ceiling_dbtp, -12.0..=0.0);
    form.switch("auto_release", &mut settings.auto_release);
    form.number("release_ms", &mut settings.release_ms, 5.0..=1_000.0);
    form.number("lookahead_ms", &mut settings.lookahead_ms, 1.0..=5.0);
    form.switch("true_peak", &mut settings.true_peak);
    percent(form, "stereo_link_percent", &mut settings.stereo_link, 0.0..=100.0);
}

const WORD_LENGTHS: [(&str, WordLength); 4] = [
    ("off", WordLength::Off),
    ("24 bit", WordLength::Bits24),
    ("20 bit", WordLength::Bits20),
    ("16 bit", WordLength::Bits16),
];
const POLARITIES: [(&str, Polarity); 4] =
    [("off", Polarity::Normal), ("left", Polarity::Left), ("right", Polarity::Right), ("both", Polarity::Both)];
const SLOPES: [(&str, Slope); 4] =
    [("off", Slope::Off), ("6 dB/oct", Slope::Db6), ("12 dB/oct", Slope::Db12), ("24 dB/oct", Slope::Db24)];
const PLACEMENTS: [(&str, Placement); 3] =
    [("stereo", Placement::Stereo), ("mid", Placement::Mid), ("side", Placement::Side)];
const DETECTORS: [(&str, DetectorKind); 2] = [("peak", DetectorKind::Peak), ("rms", DetectorKind::Rms)];

/// One of several values, each with its word.
fn choice<Value: Copy + PartialEq>(
    form: &mut dyn Form,
    key: &'static str,
    value: &mut Value,
    options: &[(&'static str, Value)],
) {
    let words: Vec<&str> = options.iter().map(|(word, _)| *word).collect();
    let mut place = options.iter().position(|(_, option)| option == value).unwrap_or(0);
    form.word(key, &mut place, &words);
    if let Some((_, chosen)) = options.get(place) {
        *value = *chosen;
    }
}

/// A share that the sound takes as a fraction and people as per cent.
fn percent(form: &mut dyn Form, key: &'static str, share: &mut f32, range: RangeInclusive<f32>) {
    let was = rounded_percent(*share);
    let mut percent = was;
    form.number(key, &mut percent, range);
    // What was not touched keeps every bit.
    if percent != was {
        *share = percent * 0.01;
    }
}

/// Without what the conversion to a fraction left of rounding.
fn rounded_percent(share: f32) -> f32 {
    (share * 100.0 * 1_000.0).round() / 1_000.0
}
