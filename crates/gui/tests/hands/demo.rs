//! Every view at once, with figures as long as they get.

use dsp::compressor::CompressorSettings;
use dsp::equalizer::EqualizerSettings;
use dsp::meter::{Readings, null::NullReadings, spectrum};
use dsp::role::{GuardRails, Role};
use egui::{Rect, Ui, Vec2, vec2};
use gui::compressor_panel::CompressorPanel;
use gui::edit_bar::{EditBar, Slot};
use gui::equalizer_graph::EqualizerGraph;
use gui::equalizer_panel::{self, BandControls, OnOff};
use gui::guard_rail::{self, Tone};
use gui::knob::Knob;
use gui::loudness_history::LoudnessHistory;
use gui::null_panel::NullView;
use gui::platform_table::PlatformTable;
use gui::reduction_history::ReductionHistory;
use gui::stem_row::{Remote, StemRow, StemState};
use gui::theme::{self, Theme};
use gui::timeline::Span;
use gui::{choice, loudness_panel, meter, stem_list, switch};
use targets::Targets;

use super::bands::{NAMES, lend};
use super::{Fake, compressor_controls, compressor_fakes};

/// The size everything is drawn for.
pub const DESIGN: Vec2 = vec2(1240.0, 860.0);

/// Everything that is shown.
pub struct Demo {
    graph: EqualizerGraph,
    platforms: PlatformTable,
    targets: Targets,
    loudness: LoudnessHistory,
    reduction: ReductionHistory,
    stems: Vec<StemRow>,
    compressor: [Fake; 13],
}

impl Default for Demo {
    fn default() -> Self {
        let mut graph = EqualizerGraph::default();
        let curve = |offset_db: f32| -> [f32; spectrum::POINTS] {
            std::array::from_fn(|point| {
                let at = point as f32 / spectrum::POINTS as f32;
                offset_db - 12.0 - 50.0 * at + 4.0 * (40.0 * at).sin() + 3.0 * (97.0 * at).sin()
            })
        };
        graph.set_spectra(Some(curve(0.0)), Some(curve(-3.0)));
        let mut loudness = LoudnessHistory::default();
        for step in 0..900 {
            let swing = (f64::from(step) * 0.02).sin();
            let readings = Readings {
                measured_frames: u64::from(step as u32 + 1) * 4_800 + 10,
                momentary_lufs: -14.0 + 5.0 * swing + 2.0 * (f64::from(step) * 0.7).sin(),
                short_term_lufs: -15.0 + 4.0 * swing,
                integrated_lufs: -14.6,
                ..Readings::default()
            };
            loudness.update(&readings, 48_000.0);
        }
        let mut reduction = ReductionHistory::new("Limiter history");
        for step in 0..1_000 {
            let beat = f32::exp(-((step % 50) as f32) * 0.08);
            let output = Span { low: -0.2 - 0.7 * beat, high: 0.15 + 0.75 * beat };
            reduction.push_both(3.5 * beat, output, Span { low: 1.2 * output.low, high: 1.2 * output.high });
        }
        Self {
            graph,
            platforms: PlatformTable::default(),
            targets: Targets::built_in(),
            loudness,
            reduction,
            stems: stems(),
            compressor: compressor_fakes(),
        }
    }
}

fn stems() -> Vec<StemRow> {
    let states = [
        StemState::Live,
        StemState::Muted,
        StemState::Live,
        StemState::Bypassed,
        StemState::Idle,
        StemState::Silenced,
        StemState::Stale(124.0),
    ];
    Role::ALL
        .iter()
        .cycle()
        .take(16)
        .enumerate()
        .map(|(number, role)| StemRow {
            trim_db: -10.25,
            trim_tone: if number == 2 { Tone::Severe } else { Tone::Usual },
            reduction_db: 12.3,
            momentary_lufs: -24.3,
            short_term_lufs: -23.9,
            integrated_lufs: -24.8,
            true_peak_dbtp: if number == 0 { 0.3 } else { -11.2 },
            state: states[number % states.len()],
            remote: Some(Remote {
                trim_db: -10.2,
                muted: number == 1,
                soloed: number == 2,
                is_pending: number == 3,
                refused: (number == 4).then(|| "The stem plays in another project.".to_owned()),
            }),
            ..StemRow::named(&format!("{} {number}", role.name()), role.name(), theme::role_color(*role))
        })
        .collect()
}

/// What a long and loud measurement reads.
pub fn readings() -> Readings {
    Readings {
        momentary_lufs: -10.3,
        short_term_lufs: -11.4,
        integrated_lufs: -13.9,
        max_momentary_lufs: -10.1,
        max_short_term_lufs: -11.1,
        true_peak_dbtp: 0.31,
        sample_peak_dbfs: -0.12,
        range_lu: 11.2,
        plr_lu: 14.2,
        psr_lu: 11.7,
        correlation: -0.42,
        clip_count: 1_234,
        peak_dbfs: [-1.2, -2.4],
        rms_dbfs: [-14.0, -16.0],
        measured_frames: 4_800_000,
        ..Readings::default()
    }
}

impl Demo {
    /// Shows everything in a window.
    pub fn show(&mut self, ui: &mut Ui, theme: &Theme) {
        let window = ui.max_rect();
        ui.painter().rect_filled(window, 0.0, theme::BACKGROUND);
        let panel = |ui: &Ui, x: f32, y: f32, width: f32, height: f32, title: &str| {
            theme.panel(ui.painter(), theme.place(window.min, x, y, width, height), title)
        };
        let bar_rect = theme.place(window.min, 8.0, 8.0, 520.0, 26.0);
        let presets = ["Gentle glue".to_owned(), "Loud and clear".to_owned()];
        let bar = EditBar {
            slot: Slot::B,
            undo: Some("Bell 2 gain"),
            redo: None,
            preset: Some("Loud and clear"),
            line: Some(1),
            is_changed: true,
            presets: &presets,
            factory_count: presets.len(),
        };
        let _ = bar.show(ui, theme, bar_rect);

        let inside = panel(ui, 8.0, 42.0, 820.0, 220.0, "Stems, and the mix they make");
        let mix = StemRow { integrated_lufs: -13.9, ..StemRow::named("Mix", "what leaves", theme::TEXT) };
        let _ = stem_list::show(ui, theme, inside, &self.stems, &mix);
        let inside = panel(ui, 8.0, 270.0, 820.0, 330.0, "Equalizer");
        self.show_equalizer(ui, theme, inside);
        let inside = panel(ui, 8.0, 608.0, 560.0, 244.0, "Compressor");
        self.show_compressor(ui, theme, inside);
        let inside = panel(ui, 576.0, 608.0, 252.0, 244.0, "Trim");
        self.show_trim(ui, theme, inside);

        let readings = readings();
        let inside = panel(ui, 836.0, 8.0, 396.0, 290.0, "Loudness");
        let _ = loudness_panel::show(ui, theme, inside, &readings, self.targets.all().first());
        let inside = panel(ui, 836.0, 306.0, 396.0, 170.0, "Platforms");
        let chosen = Fake::stepped("Target", 0.0, self.targets.all().len() - 1);
        self.platforms.show(ui, theme, inside, self.targets.all(), &chosen, &readings);
        let inside = panel(ui, 836.0, 484.0, 396.0, 126.0, "Null test");
        let null = NullReadings {
            residual_dbfs: -101.2,
            relative_db: Some(-88.8),
            worst_residual_dbfs: -100.1,
            worst_relative_db: Some(-87.7),
            worst_song_frames: 480_000_000,
            peak_dbfs: -96.6,
            offset_frames: -12_345,
        };
        let null = NullView { readings: Some(null), sample_rate_hz: 48_000.0 };
        null.show(ui, theme, inside);
        let inside = panel(ui, 836.0, 618.0, 396.0, 234.0, "History");
        let (above, below) = inside.split_top_bottom_at_fraction(0.5);
        let gap = theme.points(3.0);
        self.loudness.show(ui, theme, above.with_max_y(above.bottom() - gap), Some(-14.0));
        self.reduction.show(ui, theme, below.with_min_y(below.top() + gap));
    }

    fn show_equalizer(&mut self, ui: &mut Ui, theme: &Theme, rect: Rect) {
        let settings = equalizer_settings();
        let controls = NAMES.map(|name| {
            let is_cut = name.ends_with("pass");
            let on = Fake::stepped(name, if is_cut { 0.0 } else { 1.0 }, if is_cut { 3 } else { 1 });
            BandControls {
                name,
                mark: "1",
                on_off: if is_cut { OnOff::Slope(lend(&on)) } else { OnOff::Switch(lend(&on)) },
                frequency: lend(&Fake::hertz(&format!("{name} frequency"), 0.7)),
                gain: (!is_cut).then(|| lend(&Fake::new(&format!("{name} gain"), 0.2, 0.5))),
                quality: (!is_cut).then(|| lend(&Fake::new(&format!("{name} Q"), 0.3, 0.3))),
                placement: Some(lend(&Fake::stepped(&format!("{name} placement"), 0.0, 2))),
            }
        });
        equalizer_panel::show(ui, theme, rect, &mut self.graph, &settings, &GuardRails::master(), &controls);
    }

    fn show_compressor(&self, ui: &mut Ui, theme: &Theme, rect: Rect) {
        let settings = CompressorSettings { on: true, ratio: 4.0, ..CompressorSettings::default() };
        let rails = GuardRails::master();
        let controls = compressor_controls(&self.compressor);
        let panel =
            CompressorPanel { controls, settings: &settings, rails: &rails, reduction_db: 2.5, max_reduction_db: 11.4 };
        panel.show(ui, theme, rect);
    }

    fn show_trim(&self, ui: &mut Ui, theme: &Theme, rect: Rect) {
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(rect.min, x, y, width, height);
        let trim = Fake::new("Trim", 0.3, 0.5);
        Knob::new(&trim, "Trim", "Level of the stem.").tone(Tone::Severe).show(ui, theme, at(0.0, 0.0, 100.0, 96.0));
        guard_rail::show(
            ui,
            theme,
            at(0.0, 100.0, 140.0, 34.0),
            "Trim",
            Tone::Severe,
            "A 4.0 dB move belongs in the mix",
        );
        let polarity = Fake::stepped("Polarity", 0.5, 2);
        choice::show(ui, theme, &polarity, at(0.0, 140.0, 64.0, 26.0), "Turns the waveform upside down.");
        let mute = Fake::stepped("Mute", 1.0, 1);
        switch::show(ui, theme, &mute, at(70.0, 140.0, 64.0, 26.0), "Mute", "Silences the stem.", theme::UNUSUAL);
        let _ = meter::stereo(ui, theme, at(160.0, 0.0, 66.0, 176.0), "Stem level", &readings());
        meter::correlation(ui, theme, at(0.0, 182.0, 226.0, 24.0), -0.42);
    }
}

fn equalizer_settings() -> EqualizerSettings {
    let usual = EqualizerSettings::default();
    let mut settings = usual;
    for (band, gain_db) in settings.bells.iter_mut().zip([3.0, -4.0, 2.0]) {
        (band.on, band.gain_db) = (true, gain_db);
    }
    settings
}
