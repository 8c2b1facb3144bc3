//! Window: the stages in the order of the signal: trim and equalizer above, compressor and output below.

use std::sync::PoisonError;

use dsp::role::Role;
use dsp::stem_chain::StemReadings;
use egui::{Align2, Color32, Rect, Ui};
use gui::compressor_panel::CompressorPanel;
use gui::equalizer_graph::EqualizerGraph;
use gui::guard_rail::{Tone, trim_sentence};
use gui::knob::Knob;
use gui::theme::{self, Theme};
use gui::{choice, equalizer_panel, figure, meter, switch};
use plugin_kit::controls::{self, Hand, hold};
use session::member::Link;

use crate::params::StemParams;
use crate::session_link::StemSession;

/// Shows everything; true when the starting point of the role is asked for. `[main]`
pub fn show(
    ui: &mut Ui,
    theme: &Theme,
    host: &Hand,
    params: &StemParams,
    session: &StemSession,
    graph: &mut EqualizerGraph,
    readings: &StemReadings,
) -> bool {
    let window = ui.max_rect();
    ui.painter().rect_filled(window, 0.0, theme::BACKGROUND);
    let size = theme.design_size(window);
    let at = |x: f32, y: f32, width: f32, height: f32| theme.place(window.min, x, y, width, height);
    let role = Role::from(params.role.value());
    let settings = params.settings();
    let rails = role.guard_rails();

    let starts = show_header(ui, theme, at(8.0, 8.0, size.x - 16.0, 36.0), host, params, session, role);
    show_link(ui, theme, at(8.0, size.y - 30.0, size.x - 16.0, 24.0), params, session);

    // The space beyond the design goes to the equalizer.
    const LEFT: f32 = 156.0;
    const LOWER: f32 = 216.0;
    let (right, upper) = (size.x - LEFT - 24.0, size.y - 52.0 - 8.0 - LOWER - 38.0);
    let trim = theme.panel(ui.painter(), at(8.0, 52.0, LEFT, upper), "Trim");
    show_trim(ui, theme, trim, host, params, role);

    let equalizer = theme.panel(ui.painter(), at(LEFT + 16.0, 52.0, right, upper), "Equalizer");
    let bands = controls::bands(host, &params.equalizer, None);
    equalizer_panel::show(ui, theme, equalizer, graph, &settings.equalizer, &rails, &bands);

    let lower = 52.0 + upper + 8.0;
    let compressor = theme.panel(ui.painter(), at(8.0, lower, right, LOWER), "Compressor");
    let panel = CompressorPanel {
        controls: controls::compressor(host, &params.compressor),
        settings: &settings.compressor,
        rails: &rails,
        reduction_db: readings.reduction_db,
        max_reduction_db: readings.max_reduction_db,
    };
    panel.show(ui, theme, compressor);
    let output = theme.panel(ui.painter(), at(right + 16.0, lower, LEFT, LOWER), "Output");
    show_output(ui, theme, output, readings);
    starts
}

fn show_header(
    ui: &mut Ui,
    theme: &Theme,
    rect: Rect,
    host: &Hand,
    params: &StemParams,
    session: &StemSession,
    role: Role,
) -> bool {
    let width = theme.design_size(rect).x;
    let at = |x: f32, width: f32| theme.place(rect.min, x, 3.0, width, 30.0);
    let color = session.color_argb().map_or(theme::role_color(role), |argb| {
        let [_, red, green, blue] = argb.to_be_bytes();
        Color32::from_rgb(red, green, blue)
    });
    ui.painter().rect_filled(at(0.0, 6.0), theme.rounding(), color);

    let mut name = params.name.read().unwrap_or_else(PoisonError::into_inner).clone();
    let entry = egui::TextEdit::singleline(&mut name)
        .hint_text(session.name())
        .font(theme.font(19.0))
        .align(Align2::LEFT_CENTER)
        .min_size(at(14.0, 220.0).size())
        .char_limit(64);
    let response = ui.put(at(14.0, 220.0), entry).accessible_name("Stem name");
    if response.changed() {
        *params.name.write().unwrap_or_else(PoisonError::into_inner) = name;
        session.link().inspect(|link| link.mark_dirty());
    }
    response.on_hover_text("What the stem is called in Master Bus. Empty: the name of the track.");

    choice::show(
        ui,
        theme,
        &*hold(host, &params.role),
        at(242.0, 140.0),
        "What the stem is: sets where controls turn amber.",
    );
    let tip = "Trim 0 dB and a gentle compressor in the middle of what this role usually gets. The EQ stays.";
    let starts = switch::action(ui, theme, at(390.0, 160.0), "Load starting point", tip).clicked();
    let bypass = hold(host, &params.bypass);
    switch::show(
        ui,
        theme,
        &*bypass,
        at(width - 96.0, 96.0),
        "Bypass",
        "Passes the stem through untouched.",
        theme::UNUSUAL,
    );
    starts
}

fn show_trim(ui: &mut Ui, theme: &Theme, rect: Rect, host: &Hand, params: &StemParams, role: Role) {
    let size = theme.design_size(rect);
    let at = |x: f32, y: f32, width: f32, height: f32| theme.place(rect.min, x, y, width, height);
    let trim = hold(host, &params.trim.trim);
    let (trim_db, rails) = (params.trim.trim.value(), role.guard_rails());
    let knob_height = (size.y - 120.0).min(170.0);
    let knob = Knob::new(&*trim, "", "Level of the stem. In mastering, 1 dB is a lot.");
    Knob { value_size: 30.0, ..knob.tone(Tone::of_trim(trim_db, &rails.trim_db)) }.show(
        ui,
        theme,
        at(0.0, -10.0, size.x, knob_height),
    );
    if let Some(sentence) = trim_sentence(trim_db, &rails.trim_db, role.name()) {
        let color = Tone::of_trim(trim_db, &rails.trim_db).color();
        theme.write_wrapped(ui.painter(), at(0.0, knob_height - 6.0, size.x, 34.0), &sentence, 13.0, color);
    }
    let foot = size.y - 84.0;
    let half = 0.5 * (size.x - 8.0);
    Knob::new(&*hold(host, &params.trim.balance), "Balance", "Moves the stem to one side by lowering the other.").show(
        ui,
        theme,
        at(0.0, foot, half, 84.0),
    );
    let x = half + 8.0;
    let painter = ui.painter();
    theme.write(painter, at(x, foot, half, 16.0), Align2::LEFT_CENTER, "Polarity", theme::LABEL, theme::QUIET_TEXT);
    choice::show(
        ui,
        theme,
        &*hold(host, &params.trim.polarity),
        at(x, foot + 18.0, half, 26.0),
        "Turns the waveform of a channel upside down.",
    );
    switch::show(
        ui,
        theme,
        &*hold(host, &params.trim.mute),
        at(x, foot + 56.0, half, 26.0),
        "Mute",
        "Silences the stem.",
        theme::UNUSUAL,
    );
}

fn show_output(ui: &mut Ui, theme: &Theme, rect: Rect, readings: &StemReadings) {
    let size = theme.design_size(rect);
    let level = theme.place(rect.min, 0.0, 0.0, 66.0, size.y);
    let _ = meter::stereo(ui, theme, level, "Output level", &readings.meter);
    let figures = [
        ("Integrated", readings.meter.integrated_lufs),
        ("Short-term", readings.meter.short_term_lufs),
        ("Momentary", readings.meter.momentary_lufs),
    ];
    for (row, (label, loudness_lufs)) in figures.iter().enumerate() {
        let cell = theme.place(rect.min, 72.0, row as f32 * 54.0, size.x - 72.0, 50.0);
        theme.write(ui.painter(), cell, Align2::RIGHT_TOP, label, theme::LABEL, theme::QUIET_TEXT);
        let figure = figure::level(*loudness_lufs);
        theme.write(ui.painter(), cell, Align2::RIGHT_CENTER, &figure, 22.0, theme::TEXT);
    }
    let foot = theme.place(rect.min, 72.0, size.y - 16.0, size.x - 72.0, 16.0);
    theme.write(ui.painter(), foot, Align2::RIGHT_CENTER, "LUFS", theme::LABEL, theme::QUIET_TEXT);
}

/// Says whom the stem is linked to; where that is not clear, lets the user choose.
fn show_link(ui: &mut Ui, theme: &Theme, rect: Rect, params: &StemParams, session: &StemSession) {
    let text = params.membership.link_sentence();
    let linked = params.membership.with_member(session::member::Member::link);
    let Some(Link::Choose { candidates }) = linked else {
        theme.write_fitting(ui.painter(), rect, &text, 13.0, theme::QUIET_TEXT);
        return;
    };
    let (sentence, choose) = rect.split_left_right_at_x(rect.right() - theme.points(160.0));
    theme.write_fitting(ui.painter(), sentence, &text, 13.0, theme::UNUSUAL);
    let lines: Vec<String> = candidates
        .iter()
        .map(|candidate| {
            format!("{} ({}, {} stems)", candidate.session_name, candidate.host_name, candidate.stem_count)
        })
        .collect();
    if let Some(candidate) = choice::menu(ui, theme, choose, "Choose a session", &lines).and_then(|n| candidates.get(n))
    {
        params.membership.with_member(|member| member.choose(candidate));
        session.link().inspect(|link| link.mark_dirty());
    }
}
