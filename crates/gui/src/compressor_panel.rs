//! Compressor panel: curve, reduction and every control of the compressor.

use dsp::compressor::CompressorSettings;
use dsp::role::GuardRails;
use egui::{Rect, Ui};

use crate::guard_rail::{self, Tone, range_sentence, ratio_sentence};
use crate::knob::Knob;
use crate::parameter::Parameter;
use crate::theme::{self, GAP, TITLE_HEIGHT, Theme};
use crate::{choice, compressor_view, meter, switch};

/// The parameters of the compressor.
#[allow(missing_docs, reason = "the names say which parameter it is")]
pub struct CompressorControls<'a> {
    pub on: Box<dyn Parameter + 'a>,
    pub threshold: Box<dyn Parameter + 'a>,
    pub ratio: Box<dyn Parameter + 'a>,
    pub knee: Box<dyn Parameter + 'a>,
    pub attack: Box<dyn Parameter + 'a>,
    pub release: Box<dyn Parameter + 'a>,
    pub auto_release: Box<dyn Parameter + 'a>,
    pub sidechain_high_pass: Box<dyn Parameter + 'a>,
    pub detector: Box<dyn Parameter + 'a>,
    pub stereo_link: Box<dyn Parameter + 'a>,
    pub mix: Box<dyn Parameter + 'a>,
    pub makeup: Box<dyn Parameter + 'a>,
    pub auto_makeup: Box<dyn Parameter + 'a>,
}

/// What the panel shows and holds.
pub struct CompressorPanel<'a> {
    /// What a hand can move.
    pub controls: CompressorControls<'a>,
    /// What the sound is told: for the curve and the guard rails.
    pub settings: &'a CompressorSettings,
    /// Where the controls usually stay.
    pub rails: &'a GuardRails,
    /// Reduction now, dB.
    pub reduction_db: f64,
    /// The largest reduction since the measurement began, dB.
    pub max_reduction_db: f64,
}

/// Height of the switches at the foot, in design points.
const SWITCH_HEIGHT: f32 = 23.0;
/// Width of the reduction bar with its numbers.
const REDUCTION_WIDTH: f32 = 54.0;
/// What the title of the panel takes, so that a sentence does not lie on it.
const TITLE_WIDTH: f32 = 110.0;

impl CompressorPanel<'_> {
    /// Shows it in a rectangle, best about 560 × 180 design points.
    pub fn show(&self, ui: &mut Ui, theme: &Theme, rect: Rect) {
        let size = theme.design_size(rect);
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(rect.min, x, y, width, height);
        let above = size.y - SWITCH_HEIGHT - GAP;
        let graph = above.min(0.26 * size.x);
        compressor_view::show(ui, theme, at(0.0, 0.0, graph, above), self.settings, self.reduction_db);
        let bar = at(graph + GAP, 0.0, REDUCTION_WIDTH, above);
        meter::reduction(ui, theme, bar, "Compressor reduction", self.reduction_db, self.max_reduction_db);
        let left = graph + REDUCTION_WIDTH + 2.0 * GAP;
        self.show_knobs(ui, theme, at(left, 0.0, size.x - left, above));
        self.show_switches(ui, theme, at(0.0, above + GAP, size.x, SWITCH_HEIGHT));

        if let Some((about, tone, sentence)) = self.objection() {
            let title = at(TITLE_WIDTH, -TITLE_HEIGHT, size.x - TITLE_WIDTH, TITLE_HEIGHT);
            guard_rail::show_beside_title(ui, theme, title, about, tone, &sentence);
        }
    }

    /// What is to be said about the settings: the weightiest of it.
    fn objection(&self) -> Option<(&'static str, Tone, String)> {
        let (settings, rails) = (self.settings, self.rails);
        if !settings.on {
            return None;
        }
        let ratio = || {
            let sentence = ratio_sentence(settings.ratio, &rails.ratio)?;
            Some(("Ratio", Tone::of_ratio(settings.ratio, &rails.ratio), sentence))
        };
        let time = |name, value_ms, usual| {
            let tone = Tone::of(value_ms, usual);
            (tone != Tone::Usual).then(|| (name, tone, range_sentence(name, usual, "ms")))
        };
        let release = || time("Release", settings.release_ms, &rails.release_ms).filter(|_| !settings.auto_release);
        ratio().or_else(|| time("Attack", settings.attack_ms, &rails.attack_ms)).or_else(release)
    }

    fn show_knobs(&self, ui: &mut Ui, theme: &Theme, rect: Rect) {
        let (controls, settings, rails) = (&self.controls, self.settings, self.rails);
        let release_tone =
            if settings.auto_release { Tone::Usual } else { Tone::of(settings.release_ms, &rails.release_ms) };
        let knobs = [
            Knob::new(&*controls.threshold, "Threshold", "The level above which it reduces."),
            Knob::new(&*controls.ratio, "Ratio", "How much: at 2:1, 2 dB more in become 1 dB more out.")
                .usual(&rails.ratio)
                .tone(self.tone(Tone::of_ratio(settings.ratio, &rails.ratio))),
            Knob::new(&*controls.attack, "Attack", "How fast the reduction comes (63 %): slow lets hits through.")
                .usual(&rails.attack_ms)
                .tone(self.tone(Tone::of(settings.attack_ms, &rails.attack_ms))),
            Knob::new(
                &*controls.release,
                "Release",
                "How fast the reduction goes (63 %): fast is louder and can pump.",
            )
            .usual(&rails.release_ms)
            .tone(self.tone(release_tone)),
            Knob::new(&*controls.makeup, "Make-up", "Gain after the reduction."),
            Knob::new(&*controls.knee, "Knee", "How softly it sets in around the threshold."),
            Knob::new(
                &*controls.sidechain_high_pass,
                "SC HP",
                "Side-chain high-pass: bass below it causes no reduction.",
            ),
            Knob::new(&*controls.stereo_link, "Stereo link", "100 %: one reduction for both, the image stays put."),
            Knob::new(&*controls.mix, "Mix", "Share of the compressed signal; the rest is the untouched sound."),
        ];
        let size = theme.design_size(rect);
        let (column, row) = (size.x / 5.0, 0.5 * size.y);
        for (number, knob) in knobs.into_iter().enumerate() {
            let (x, y) = ((number % 5) as f32 * column, (number / 5) as f32 * row);
            knob.show(ui, theme, theme.place(rect.min, x, y, column, row - 4.0));
        }
    }

    fn show_switches(&self, ui: &mut Ui, theme: &Theme, rect: Rect) {
        let controls = &self.controls;
        let cell = |number: f32| theme.place(rect.min, number * 106.0, 0.0, 100.0, SWITCH_HEIGHT);
        let on = "Reduces loud moments. Off, it changes no bit.";
        switch::show(ui, theme, &*controls.on, cell(0.0), "On", on, theme::ACCENT);
        let detector = "What it reacts to: peaks, or the average power of 10 ms (RMS), which is smoother.";
        choice::show(ui, theme, &*controls.detector, cell(1.0), detector);
        let release = "Lets the programme choose the release: quick after peaks, slow after long reduction.";
        switch::show(ui, theme, &*controls.auto_release, cell(2.0), "Auto release", release, theme::ACCENT);
        let makeup = "Gives back half of what a level of 0 dBFS loses.";
        switch::show(ui, theme, &*controls.auto_makeup, cell(3.0), "Auto make-up", makeup, theme::ACCENT);
    }

    /// Off, nothing is unusual.
    fn tone(&self, tone: Tone) -> Tone {
        if self.settings.on { tone } else { Tone::Usual }
    }
}
