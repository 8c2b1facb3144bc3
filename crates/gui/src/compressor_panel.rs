//! Compressor panel: curve, reduction and every control of the compressor.

use dsp::compressor::CompressorSettings;
use dsp::role::GuardRails;
use egui::{Align2, Rect, Ui};

use crate::guard_rail::{Tone, ratio_sentence};
use crate::knob::Knob;
use crate::parameter::Parameter;
use crate::theme::{self, GAP, Theme};
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

/// Shows it in a rectangle, best about 520 × 190 design points.
#[expect(clippy::too_many_arguments, reason = "a place, values and controls")]
pub fn show(
    ui: &mut Ui,
    theme: &Theme,
    rect: Rect,
    controls: &CompressorControls,
    settings: &CompressorSettings,
    rails: &GuardRails,
    reduction_db: f64,
    max_reduction_db: f64,
) {
    let size = theme.design_size(rect);
    let graph = (size.y - 52.0).min(170.0);
    let at = |x: f32, y: f32, width: f32, height: f32| theme.place(rect.min, x, y, width, height);
    compressor_view::show(ui, theme, at(0.0, 0.0, graph, graph), settings, reduction_db);
    meter::reduction(
        ui,
        theme,
        at(graph + GAP, 0.0, 52.0, graph),
        "Compressor reduction",
        reduction_db,
        max_reduction_db,
    );

    // Below the graph: what switches.
    let half = 0.5 * (graph + 58.0 - GAP);
    let (first, second) = (size.y - 50.0, size.y - 23.0);
    let cell = |column: f32, y: f32| at(column * (half + GAP), y, half, 23.0);
    switch::show(
        ui,
        theme,
        &*controls.on,
        cell(0.0, first),
        "Compressor",
        "Reduces loud moments. Off, it changes no bit.",
        theme::ACCENT,
    );
    choice::show(
        ui,
        theme,
        &*controls.detector,
        cell(1.0, first),
        "What it reacts to: peaks, or the average power of 10 ms (RMS), which is slower and smoother.",
    );
    switch::show(
        ui,
        theme,
        &*controls.auto_release,
        cell(0.0, second),
        "Auto release",
        "Lets the programme choose the release: quick after peaks, slow after long reduction.",
        theme::ACCENT,
    );
    switch::show(
        ui,
        theme,
        &*controls.auto_makeup,
        cell(1.0, second),
        "Auto make-up",
        "Gives back half of what a level of 0 dBFS loses.",
        theme::ACCENT,
    );

    let tone = |tone: Tone| if settings.on { tone } else { Tone::Usual };
    let ratio_tone = tone(Tone::of_ratio(settings.ratio, &rails.ratio));
    let attack_tone = tone(Tone::of(settings.attack_ms, &rails.attack_ms));
    let release_tone =
        if settings.auto_release { Tone::Usual } else { tone(Tone::of(settings.release_ms, &rails.release_ms)) };
    let knobs = [
        Knob::new(&*controls.threshold, "Threshold", "The level above which it reduces."),
        Knob::new(&*controls.ratio, "Ratio", "How much: at 2:1, 2 dB more in become 1 dB more out.").tone(ratio_tone),
        Knob::new(
            &*controls.attack,
            "Attack",
            "How fast the reduction comes (63 %): slow lets hits through, fast catches them.",
        )
        .tone(attack_tone),
        Knob::new(
            &*controls.release,
            "Release",
            "How fast the reduction goes (63 %): fast is louder and can pump, slow is calm.",
        )
        .tone(release_tone),
        Knob::new(&*controls.makeup, "Make-up", "Gain after the reduction."),
        Knob::new(&*controls.knee, "Knee", "How softly it sets in around the threshold."),
        Knob::new(
            &*controls.sidechain_high_pass,
            "Side-chain HP",
            "Keeps bass below this from causing reduction; the sound itself keeps its bass.",
        ),
        Knob::new(
            &*controls.stereo_link,
            "Stereo link",
            "100 %: left and right get one reduction, so the image stays put. 0 %: each its own.",
        ),
        Knob::new(
            &*controls.mix,
            "Mix",
            "Share of the compressed signal: less lets the untouched sound through beside it.",
        ),
    ];
    let left = graph + 58.0 + 2.0 * GAP;
    let has_sentence = settings.on && ratio_tone != Tone::Usual;
    let (column, row) = ((size.x - left) / 5.0, 0.5 * (size.y - 18.0));
    for (number, knob) in knobs.into_iter().enumerate() {
        let (x, y) = (left + (number % 5) as f32 * column, (number / 5) as f32 * row);
        knob.show(ui, theme, at(x, y, column, row - GAP));
    }
    if let Some(sentence) = ratio_sentence(settings.ratio, &rails.ratio).filter(|_| has_sentence) {
        let line = at(left, size.y - 18.0, size.x - left, 18.0);
        theme.write(ui.painter(), line, Align2::LEFT_CENTER, &sentence, 13.0, ratio_tone.color());
    }
}
