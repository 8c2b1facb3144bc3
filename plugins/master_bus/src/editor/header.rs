//! Header: what the session is called, whom it links, and what the user should know of it.

use egui::{Align2, Key, Rect, TextEdit, Ui};
use gui::guard_rail::{self, Tone};
use gui::theme::{self, Theme};
use gui::{choice, switch};
use plugin_kit::controls::hold;
use plugin_kit::membership::{Notice, adopt_line, candidate_line};

use super::request::Request;
use super::seen::Seen;
use super::window::{GAP, Memory, Window};

/// Height of the first line, and of each line below it, in design points.
pub const LINE: f32 = 28.0;
pub const NOTICE: f32 = 22.0;
/// Width of the sentence about the link while another one stands beside it.
const LINK: f32 = 340.0;
/// Width of the button that opens the menu of sessions.
const CHOOSE: f32 = 132.0;
/// Width of the bar for comparing, undoing and presets.
const EDIT_BAR: f32 = 520.0;

/// The place kept free for comparing, undoing and presets, at the upper right of a window.
pub fn edit_bar(theme: &Theme, window: Rect) -> Rect {
    theme.place(window.min, theme.design_size(window).x - EDIT_BAR - GAP, GAP + 1.0, EDIT_BAR, LINE - 2.0)
}

impl Window<'_> {
    /// Height of all lines.
    pub fn header_height(&self) -> f32 {
        let lines = self.seen.notices.iter().filter(|notice| !self.is_beside_link(notice)).count();
        LINE + 6.0 + NOTICE * (1.0 + lines as f32)
    }

    /// A solo comes and goes with a click on a stem: nothing may move under the hand.
    fn is_beside_link(&self, notice: &Notice) -> bool {
        matches!(notice, Notice::Solo { .. }) && !self.seen.is_local_only
    }

    /// Name and bypass in the first line; below it whom the master is linked to, and a line for every notice.
    pub fn show_header(&self, ui: &mut Ui, rect: Rect, memory: &mut Memory, requests: &mut Vec<Request>) {
        let (theme, params) = (self.theme, self.params);
        let at = |x: f32, width: f32| theme.place(rect.min, x, 0.0, width, LINE);
        theme.write(ui.painter(), at(2.0, 112.0), Align2::LEFT_CENTER, "Master Bus", 20.0, theme::TEXT);
        self.show_name(ui, at(122.0, 210.0), &mut memory.renaming, requests);
        let bar = edit_bar(theme, ui.max_rect());
        let left = theme.design_size(rect.with_max_x(bar.left())).x - 12.0;
        let matched = hold(self.host, &params.matched_bypass);
        let tip = "While bypassed, plays the input as loud as the master was: so that louder does not win by itself.";
        switch::show(ui, theme, &*matched, at(left - 262.0, 176.0), "Bypass at equal loudness", tip, theme::ACCENT);
        let bypass = hold(self.host, &params.bypass);
        let tip = "Passes the mix through untouched, as late as the master.";
        switch::show(ui, theme, &*bypass, at(left - 80.0, 80.0), "Bypass", tip, theme::UNUSUAL);
        self.show_links(ui, rect.with_min_y(rect.top() + theme.points(LINE + 6.0)), requests);
    }

    /// The session's name, to be read and typed over. Enter or a click elsewhere takes it, Escape leaves it as it was.
    fn show_name(&self, ui: &mut Ui, rect: Rect, renaming: &mut Option<String>, requests: &mut Vec<Request>) {
        let theme = self.theme;
        let mut text = renaming.clone().unwrap_or_else(|| self.seen.session_name.clone());
        let entry = TextEdit::singleline(&mut text)
            .hint_text("Session")
            .font(theme.font(15.0))
            .align(Align2::LEFT_CENTER)
            .margin(egui::Margin::symmetric(theme.points(8.0) as i8, 0))
            .min_size(rect.size())
            .desired_width(rect.width())
            .char_limit(64);
        let response = ui.put(rect, entry).accessible_name("Session name");
        let cancelled = ui.input(|input| input.key_pressed(Key::Escape));
        if response.lost_focus() {
            let name = text.trim();
            if !cancelled && !name.is_empty() && name != self.seen.session_name {
                requests.push(Request::Rename(name.to_owned()));
            }
            *renaming = None;
        } else if response.has_focus() {
            *renaming = Some(text);
        }
        response.on_hover_text("What the session is called, here and in its stems. Changes no sound.");
    }

    fn show_links(&self, ui: &mut Ui, rect: Rect, requests: &mut Vec<Request>) {
        let (theme, seen) = (self.theme, self.seen);
        let width = theme.design_size(rect).x;
        let (across, independent) = (190.0, 132.0);
        let place = |x: f32, width: f32| theme.place(rect.min, x, 0.0, width, NOTICE - 1.0);

        let has_choice = !seen.candidates.is_empty() || seen.undecided_stem_count > 0;
        let choose = if has_choice { CHOOSE + 6.0 } else { 0.0 };
        let all = place(2.0, width - across - independent - choose - 16.0);
        let is_shared = seen.notices.iter().any(|notice| self.is_beside_link(notice));
        let end = if is_shared { all.left() + theme.points(LINK) } else { all.right() };
        let (sentence, beside) = all.split_left_right_at_x(end);
        if seen.is_local_only {
            guard_rail::show(ui, theme, sentence, "Session", Tone::Unusual, &seen.link);
        } else {
            theme.write_fitting(ui.painter(), sentence, &seen.link, 13.0, theme::QUIET_TEXT);
        }
        let name = "Link across applications";
        let tip = "Links stems of this session that run in other projects or applications, too. Changes no sound.";
        let (is_on, place_of) = (seen.links_across_applications, place(width - across - independent - 6.0, across));
        if switch::toggle(ui, theme, place_of, name, is_on, tip) {
            requests.push(Request::LinkAcrossApplications(!is_on));
        }
        let tip = "Starts a session of its own and takes its stems along: for a project that was copied while the other \
                   one is open. Stems of other applications stay, and of other projects where the host says which is \
                   open. Changes no sound.";
        if switch::action(ui, theme, place(width - independent, independent), "Make independent", tip).clicked() {
            requests.push(Request::MakeIndependent);
        }
        if has_choice {
            self.show_choice(ui, place(width - across - independent - 6.0 - choose, CHOOSE), requests);
        }
        let mut y = NOTICE;
        for (number, notice) in seen.notices.iter().enumerate() {
            let line = if self.is_beside_link(notice) {
                beside.with_min_x(beside.left() + theme.points(10.0))
            } else {
                y += NOTICE;
                theme.place(rect.min, 2.0, y - NOTICE, width - 4.0, NOTICE)
            };
            let about = format!("Notice {}", number + 1);
            guard_rail::show(ui, theme, line, &about, Tone::Unusual, &notice.to_string());
        }
    }

    /// The other sessions there are, and the stems that ask for one.
    fn show_choice(&self, ui: &mut Ui, rect: Rect, requests: &mut Vec<Request>) {
        let Seen { candidates, undecided_stem_count, .. } = self.seen;
        let mut lines: Vec<String> = candidates.iter().map(candidate_line).collect();
        if *undecided_stem_count > 0 {
            lines.push(adopt_line(*undecided_stem_count));
        }
        let tip = "Goes into another session and takes the stems along: to take over stems that wait for their Master \
                   Bus, or to be a second one there. The project keeps it. Changes no sound.";
        if let Some(number) = choice::menu(ui, self.theme, rect, "Choose a session", &lines, tip) {
            let chosen = candidates.get(number).cloned();
            requests.push(chosen.map_or(Request::AdoptUndecided, Request::Choose));
        }
    }
}
