//! Edits: what a window remembers of its user's hand: steps back and forward, two sets of settings to compare, presets.
//!
//! A step is what a hand did in the window; what the host's automation or a master moves is none. Undoing one sets what
//! the step had changed, and leaves alone what the host is moving just then. Each of the two sets of settings has its
//! own steps. Everything runs on the main thread, and only reading and saving presets touches a disk.

mod below;
pub mod compare;
pub mod history;
mod loaded;
mod preset_file;
pub mod presets;
pub mod settings;
mod steps;

use std::sync::Arc;
use std::time::Instant;

use egui::{Rect, Ui};
use gui::edit_bar::{BarEdit, EditBar, Slot};
use gui::theme::Theme;
use nice_plug::prelude::{ParamPtr, Params};

use crate::controls::{Gesture, Hand, Move};
use crate::door::Link;
use below::{Below, Naming};
use compare::{Compare, index};
use history::{History, Step};
use presets::Presets;
use settings::{Parameters, Scope, Settings};
use steps::{named, write};

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
    /// The steps of each of the two sets of settings.
    histories: [History; 2],
    presets: Presets,
    /// What stands below the bar.
    below: Below,
    /// Files that were left out when the list was read last.
    left_out: Vec<String>,
}

impl Edits {
    /// No steps yet; `compare` is what the project keeps. `[main]`
    pub fn new(params: Arc<dyn Params>, compare: Compare, product: &Product) -> Self {
        Self {
            parameters: Parameters::new(params, product.scope),
            compare,
            histories: Default::default(),
            presets: Presets::new(product.id, product.name, product.factory),
            below: Below::Nothing,
            left_out: Vec::new(),
        }
    }

    /// Shows the bar in a rectangle, best about 520 × 26 design points, and does what it asks. To be called once in every
    /// frame: it also takes the steps from the hand. `[main]`
    pub fn show(&mut self, ui: &mut Ui, theme: &Theme, rect: Rect, hand: &Hand, link: Option<&Link>) {
        self.record(hand);
        if let Some(link) = link {
            hand.held().into_iter().for_each(|parameter| link.note_hand(parameter));
        }
        let step_name = |step: Option<&'_ Step>| step.map(|step| step.name.clone());
        let history = self.history();
        let (undo, redo) = (step_name(history.last()), step_name(history.next()));
        let preset = self.loaded();
        let bar = EditBar {
            slot: self.slot(),
            undo: undo.as_deref(),
            redo: redo.as_deref(),
            preset: preset.as_ref().map(|preset| preset.name.as_str()),
            line: preset.as_ref().and_then(|preset| self.presets.line(preset)),
            is_changed: self.is_changed(),
            presets: self.presets.names(),
            factory_count: self.presets.factory_count(),
        };
        if let Some(edit) = bar.show(ui, theme, rect) {
            self.apply(edit, hand, link);
        }
        self.show_below(ui, theme, rect, link);
    }

    /// Does what the bar asks. `[main]`
    pub fn apply(&mut self, edit: BarEdit, hand: &Hand, link: Option<&Link>) {
        self.record(hand);
        // What was said of the last edit is not about this one.
        self.below = Below::Nothing;
        match edit {
            BarEdit::Undo => self.undo(hand, link),
            BarEdit::Redo => self.redo(hand, link),
            BarEdit::Compare(slot) if slot != self.slot() => self.switch(hand, link),
            BarEdit::Compare(_) => {}
            BarEdit::CopyToOther => self.copy_to_other(link),
            BarEdit::Browse => self.read_presets(),
            BarEdit::Load(number) => {
                if let Some(preset) = self.presets.get(number).cloned() {
                    self.load(&preset, hand, link);
                }
            }
            BarEdit::Save => self.below = Below::Name(Naming::new_preset(self.loaded_name())),
            BarEdit::Rename(number) => {
                if let Some(preset) = self.presets.get(number).cloned() {
                    self.below = Below::Name(Naming::rename(preset));
                }
            }
            BarEdit::Delete(number) => {
                if let Some(preset) = self.presets.get(number).cloned() {
                    self.delete(&preset);
                }
            }
        }
    }

    /// Sets several parameters as one step, such as the starting point of a role. What is not named stays. `[main]`
    pub fn change(&mut self, name: &str, settings: &Settings, hand: &Hand, link: Option<&Link>) {
        self.record(hand);
        let moves = write(self.meant(settings), hand, link);
        let step = Step { name: name.to_owned(), moves, preset: None };
        self.history_mut().record(step, false, Instant::now());
    }

    /// Takes the steps the hand has made; also to be called when a window closes, after the hand has let go. `[main]`
    pub fn record(&mut self, hand: &Hand) {
        for Gesture { moves, is_held } in hand.take_gestures() {
            let moves: Vec<Move> =
                moves.into_iter().filter(|moved| self.parameters.is_edited(moved.parameter)).collect();
            let step = Step { name: named(moves.iter()), moves, preset: None };
            self.history_mut().record(step, !is_held, Instant::now());
        }
    }

    /// What the last edit had to say, where it had something. `[main]`
    pub fn sentence(&self) -> Option<&str> {
        match &self.below {
            Below::Sentence(sentence) => Some(sentence),
            Below::Deleted(_) | Below::Name(_) | Below::Nothing => None,
        }
    }

    /// The step that would be undone, and the one that would be done again, in a word or two. `[main]`
    pub fn steps(&self) -> [Option<&str>; 2] {
        let history = self.history();
        [history.last(), history.next()].map(|step| step.map(|step| step.name.as_str()))
    }

    fn switch(&mut self, hand: &Hand, link: Option<&Link>) {
        // A gesture would end in the other set.
        if hand.is_busy() {
            return;
        }
        let to = compare::switch(&self.compare, self.parameters.settings());
        write(self.meant(&to), hand, link);
        link.inspect(|link| link.mark_dirty());
    }

    fn copy_to_other(&mut self, link: Option<&Link>) {
        let slot = self.slot();
        let other = compare::other(&self.compare);
        let moves = self
            .meant(&other)
            .into_iter()
            .map(|(parameter, before)| Move { parameter, before, after: settings::normalized(parameter) })
            .collect();
        let (before, after) = (compare::preset(&self.compare, slot.other()), self.loaded());
        compare::set_preset(&self.compare, slot.other(), after.clone());
        let name = format!("Copy from {}", if slot == Slot::A { "A" } else { "B" });
        let preset = (before != after).then_some([before, after]);
        self.histories[index(slot.other())].record(Step { name, moves, preset }, false, Instant::now());
        compare::set_other(&self.compare, self.parameters.settings());
        link.inspect(|link| link.mark_dirty());
    }

    /// The parameters and normalized values a set of settings means.
    fn meant(&self, settings: &Settings) -> Vec<(ParamPtr, f32)> {
        let meant = |(id, setting): (&String, _)| {
            let parameter = self.parameters.find(id)?;
            Some((parameter, settings::normalized_of(parameter, setting)?))
        };
        settings.iter().filter_map(meant).collect()
    }

    fn slot(&self) -> Slot {
        compare::slot(&self.compare)
    }

    fn history(&self) -> &History {
        &self.histories[index(self.slot())]
    }

    fn history_mut(&mut self) -> &mut History {
        &mut self.histories[index(compare::slot(&self.compare))]
    }
}

/// Several names in a sentence.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
    }
}
