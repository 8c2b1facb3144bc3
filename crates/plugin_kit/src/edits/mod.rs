//! Edits: what a window remembers of its user's hand: steps back and forward, two sets of settings to compare, presets.
//!
//! A step is what a hand did in the window; what the host's automation or a master moves is none. Undoing one sets what
//! the step had changed, and leaves alone what the host is moving just then. Each of the two sets of settings has its
//! own steps. Everything runs on the main thread, and only reading and saving presets touches a disk.

pub mod compare;
pub mod history;
mod preset_file;
pub mod presets;
pub mod settings;

use std::sync::Arc;
use std::time::Instant;

use egui::{Rect, Ui};
use gui::edit_bar::{BarEdit, EditBar, Slot};
use gui::preset_dialog::{Answer, PresetDialog};
use gui::theme::Theme;
use nice_plug::prelude::{ParamPtr, Params};

use crate::controls::{Gesture, Hand, Move};
use crate::door::Link;
use compare::Compare;
use history::{History, Step};
use presets::{Existing, NotSaved, Preset, Presets};
use settings::{Parameters, Scope, Settings};

/// What is different in each plugin.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// The CLAP id, which presets name.
    pub id: &'static str,
    /// The name of the folder of presets.
    pub name: &'static str,
    /// The presets it comes with, as TOML.
    pub factory: &'static str,
    /// Which parameters belong to what.
    pub scope: Scope,
}

/// What a window remembers of its user's hand.
pub struct Edits {
    parameters: Parameters,
    compare: Compare,
    sheets: [Sheet; 2],
    presets: Presets,
    /// What stands below the bar.
    below: Below,
    /// Files that were left out when the list was read last.
    left_out: Vec<String>,
}

/// What is remembered of one of the two sets of settings.
#[derive(Default)]
struct Sheet {
    history: History,
    preset: Option<Arc<Preset>>,
}

/// What stands below the bar.
enum Below {
    Nothing,
    /// A sentence about what was just done.
    Sentence(String),
    /// The name for a preset, and why the last attempt to save it failed.
    Name(String, Option<String>),
}

impl Edits {
    /// No steps yet; `compare` is what the project keeps. `[main]`
    pub fn new(params: Arc<dyn Params>, compare: Compare, product: &Product) -> Self {
        Self {
            parameters: Parameters::new(params, product.scope),
            compare,
            sheets: Default::default(),
            presets: Presets::new(product.id, product.name, product.factory),
            below: Below::Nothing,
            left_out: Vec::new(),
        }
    }

    /// Shows the bar in a rectangle, best about 520 × 26 design points, and does what it asks. To be called once in every
    /// frame: it also takes the steps from the hand. `[main]`
    pub fn show(&mut self, ui: &mut Ui, theme: &Theme, rect: Rect, hand: &Hand, link: Option<&Link>) {
        self.record(hand);
        let sheet = self.sheet();
        let step_name = |step: Option<&'_ Step>| step.map(|step| step.name.clone());
        let (undo, redo) = (step_name(sheet.history.last()), step_name(sheet.history.next()));
        let bar = EditBar {
            slot: compare::slot(&self.compare),
            undo: undo.as_deref(),
            redo: redo.as_deref(),
            preset: sheet.preset.as_ref().map(|preset| preset.name.as_str()),
            is_changed: self.is_changed(),
            presets: self.presets.names(),
        };
        if let Some(edit) = bar.show(ui, theme, rect) {
            self.apply(edit, hand, link);
        }
        self.show_below(ui, theme, rect);
    }

    /// Does what the bar asks. `[main]`
    pub fn apply(&mut self, edit: BarEdit, hand: &Hand, link: Option<&Link>) {
        self.record(hand);
        match edit {
            BarEdit::Undo => self.undo(hand, link),
            BarEdit::Redo => self.redo(hand, link),
            BarEdit::Compare(slot) if slot != compare::slot(&self.compare) => self.switch(hand, link),
            BarEdit::Compare(_) => {}
            BarEdit::CopyToOther => self.copy_to_other(link),
            BarEdit::Browse => self.read_presets(),
            BarEdit::Load(number) => {
                if let Some(preset) = self.presets.get(number).cloned() {
                    self.load(&preset, hand, link);
                }
            }
            BarEdit::Save => {
                let own = self.sheet().preset.as_ref().filter(|preset| preset.path.is_some());
                self.below = Below::Name(own.map(|preset| preset.name.clone()).unwrap_or_default(), None);
            }
        }
    }

    /// Sets several parameters as one step, such as the starting point of a role. What is not named stays. `[main]`
    pub fn change(&mut self, name: &str, settings: &Settings, hand: &Hand, link: Option<&Link>) {
        self.record(hand);
        let moves = write(self.meant(settings), hand, link);
        let step = Step { name: name.to_owned(), moves, preset: None };
        self.sheet_mut().history.record(step, false, Instant::now());
    }

    /// Saves the settings in force as a preset of the user's. `[main]`
    pub fn save(&mut self, name: &str, existing: Existing) -> Result<(), NotSaved> {
        let saved = self.presets.save(name, self.parameters.settings(), existing)?;
        self.sheet_mut().preset = Some(saved);
        Ok(())
    }

    /// Takes the steps the hand has made; also to be called when a window closes, after the hand has let go. `[main]`
    pub fn record(&mut self, hand: &Hand) {
        for Gesture { moves, is_held } in hand.take_gestures() {
            let moves: Vec<Move> =
                moves.into_iter().filter(|moved| self.parameters.is_edited(moved.parameter)).collect();
            let step = Step { name: named(&moves), moves, preset: None };
            self.sheet_mut().history.record(step, !is_held, Instant::now());
        }
    }

    /// Reads the list of presets, as a window does when it opens and when the menu does. `[main]`
    pub fn read_presets(&mut self) {
        let left_out = self.presets.read();
        if let [first, others @ ..] = left_out.as_slice()
            && left_out != self.left_out
        {
            let others = if others.is_empty() { String::new() } else { format!(" And {} more.", others.len()) };
            self.below = Below::Sentence(format!("{first}.{others}"));
        }
        self.left_out = left_out;
    }

    /// What the last edit had to say, where it had something. `[main]`
    pub fn sentence(&self) -> Option<&str> {
        match &self.below {
            Below::Sentence(sentence) => Some(sentence),
            _ => None,
        }
    }

    /// The menu of presets as it was read last. `[main]`
    pub fn preset_names(&self) -> &[String] {
        self.presets.names()
    }

    /// The step that would be undone, and the one that would be done again, in a word or two. `[main]`
    pub fn steps(&self) -> [Option<&str>; 2] {
        let history = &self.sheet().history;
        [history.last(), history.next()].map(|step| step.map(|step| step.name.as_str()))
    }

    /// The preset that was loaded last, and whether anything was moved since. `[main]`
    pub fn preset(&self) -> Option<(&str, bool)> {
        self.sheet().preset.as_ref().map(|preset| (preset.name.as_str(), self.is_changed()))
    }

    fn undo(&mut self, hand: &Hand, link: Option<&Link>) {
        // In the middle of a drag there is no step to go back from yet.
        let Some(step) = self.sheet().history.last().filter(|_| !hand.is_busy()).cloned() else { return };
        if self.write_step(&step, |moved| moved.before, hand, link) {
            let sheet = self.sheet_mut();
            sheet.history.went_back();
            if let Some([before, _after]) = step.preset {
                sheet.preset = before;
            }
        }
    }

    fn redo(&mut self, hand: &Hand, link: Option<&Link>) {
        let Some(step) = self.sheet().history.next().filter(|_| !hand.is_busy()).cloned() else { return };
        if self.write_step(&step, |moved| moved.after, hand, link) {
            let sheet = self.sheet_mut();
            sheet.history.went_forward();
            if let Some([_before, after]) = step.preset {
                sheet.preset = after;
            }
        }
    }

    /// Sets what a step changed; false, and a sentence, where the host is moving all of it.
    fn write_step(&mut self, step: &Step, to: fn(&Move) -> f32, hand: &Hand, link: Option<&Link>) -> bool {
        let is_free = |moved: &&Move| !is_automated(moved.parameter, link);
        if !step.moves.is_empty() && !step.moves.iter().any(|moved| is_free(&moved)) {
            self.below = Below::Sentence(format!("{} stays: the host is moving it.", step.name));
            return false;
        }
        write(step.moves.iter().map(|moved| (moved.parameter, to(moved))), hand, link);
        true
    }

    fn switch(&mut self, hand: &Hand, link: Option<&Link>) {
        // A gesture would end in the other set.
        if hand.is_busy() {
            return;
        }
        let to = compare::switch(&self.compare, self.parameters.settings());
        write(self.meant(&to), hand, link);
        if to.is_empty() {
            // Both sets began alike.
            self.sheet_mut().preset = self.sheets[index(compare::slot(&self.compare).other())].preset.clone();
        }
        link.inspect(|link| link.mark_dirty());
    }

    fn copy_to_other(&mut self, link: Option<&Link>) {
        let slot = compare::slot(&self.compare);
        let other = compare::other(&self.compare);
        let moves = self
            .meant(&other)
            .into_iter()
            .map(|(parameter, before)| Move { parameter, before, after: settings::normalized(parameter) })
            .collect();
        let after = self.sheet().preset.clone();
        let sheet = &mut self.sheets[index(slot.other())];
        let before = std::mem::replace(&mut sheet.preset, after.clone());
        let name = format!("Copy from {}", if slot == Slot::A { "A" } else { "B" });
        let preset = (before != after).then_some([before, after]);
        sheet.history.record(Step { name, moves, preset }, false, Instant::now());
        compare::set_other(&self.compare, self.parameters.settings());
        link.inspect(|link| link.mark_dirty());
    }

    /// Sets everything that makes the sound; what the preset does not name, to its default. A preset with a value that is
    /// none changes nothing.
    fn load(&mut self, preset: &Arc<Preset>, hand: &Hand, link: Option<&Link>) {
        let mut wanted = Vec::new();
        for (id, parameter) in self.parameters.sound() {
            let normalized = match preset.settings.get(id) {
                Some(setting) => settings::normalized_of(parameter, setting),
                None => Some(settings::default_normalized(parameter)),
            };
            let Some(normalized) = normalized else {
                let (preset, parameter) = (&preset.name, settings::name(parameter));
                self.below = Below::Sentence(format!("{preset} is not loaded: its value for {parameter} is none."));
                return;
            };
            wanted.push((parameter, normalized));
        }
        let moves = write(wanted, hand, link);
        let sheet = self.sheet_mut();
        let before = sheet.preset.replace(preset.clone());
        let step = Step { name: preset.name.clone(), moves, preset: Some([before, Some(preset.clone())]) };
        sheet.history.record(step, false, Instant::now());
        self.below = Below::Nothing;
    }

    /// The parameters and normalized values a set of settings means.
    fn meant(&self, settings: &Settings) -> Vec<(ParamPtr, f32)> {
        let meant = |(id, setting): (&String, _)| {
            let parameter = self.parameters.find(id)?;
            Some((parameter, settings::normalized_of(parameter, setting)?))
        };
        settings.iter().filter_map(meant).collect()
    }

    /// Whether the sound is another than that of the preset loaded last.
    fn is_changed(&self) -> bool {
        let Some(preset) = &self.sheet().preset else { return false };
        self.parameters.sound().any(|(id, parameter)| {
            let wanted = preset.settings.get(id).map(|setting| settings::normalized_of(parameter, setting));
            let wanted = wanted.unwrap_or_else(|| Some(settings::default_normalized(parameter)));
            wanted.is_none_or(|wanted| !is_same(wanted, settings::normalized(parameter)))
        })
    }

    fn show_below(&mut self, ui: &mut Ui, theme: &Theme, bar: Rect) {
        match &mut self.below {
            Below::Nothing => {}
            Below::Sentence(sentence) => {
                if gui::preset_dialog::show_sentence(ui, theme, bar, sentence) {
                    self.below = Below::Nothing;
                }
            }
            Below::Name(name, failure) => {
                let objection = self.presets.objection(name);
                let replaces = matches!(objection, Some(NotSaved::Exists(_)));
                let sentence = objection.map(|objection| objection.to_string()).or_else(|| failure.clone());
                let is_possible = replaces || self.presets.objection(name).is_none();
                let verb = if replaces { "Replace" } else { "Save" };
                let dialog = PresetDialog { verb, is_possible, sentence: sentence.as_deref().unwrap_or_default() };
                match dialog.show(ui, theme, bar, name) {
                    None => {}
                    Some(Answer::Cancel) => self.below = Below::Nothing,
                    Some(Answer::Save) => {
                        let name = name.clone();
                        let existing = if replaces { Existing::Replace } else { Existing::Keep };
                        self.below = match self.save(&name, existing) {
                            Ok(()) => Below::Nothing,
                            Err(error) => Below::Name(name, Some(error.to_string())),
                        };
                    }
                }
            }
        }
    }

    fn sheet(&self) -> &Sheet {
        &self.sheets[index(compare::slot(&self.compare))]
    }

    fn sheet_mut(&mut self) -> &mut Sheet {
        &mut self.sheets[index(compare::slot(&self.compare))]
    }
}

fn index(slot: Slot) -> usize {
    match slot {
        Slot::A => 0,
        Slot::B => 1,
    }
}

/// Differences that converting between a number and the way of its control makes.
fn is_same(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-6
}

fn is_automated(parameter: ParamPtr, link: Option<&Link>) -> bool {
    link.is_some_and(|link| link.is_moved_by_host(parameter))
}

/// Sets parameters that stand elsewhere, one gesture each, but for those the host is moving just now; answers with what
/// was changed.
fn write(wanted: impl IntoIterator<Item = (ParamPtr, f32)>, hand: &Hand, link: Option<&Link>) -> Vec<Move> {
    let mut moves = Vec::new();
    for (parameter, after) in wanted {
        let before = settings::normalized(parameter);
        if !is_same(before, after) && !is_automated(parameter, link) {
            hand.write(parameter, after);
            moves.push(Move { parameter, before, after });
        }
    }
    moves
}

/// What a gesture is called: after what it moved.
fn named(moves: &[Move]) -> String {
    match moves {
        [] => String::new(),
        [only] => settings::name(only.parameter),
        [first, second] => {
            format!("{} and {}", settings::name(first.parameter), settings::name(second.parameter))
        }
        [first, others @ ..] => format!("{} and {} more", settings::name(first.parameter), others.len()),
    }
}
