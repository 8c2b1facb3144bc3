//! Parameter: what a control holds, without knowing whose it is.

/// A value that a window shows and a hand may change.
///
/// Every change is one gesture: [`Parameter::begin`], any number of [`Parameter::set`], [`Parameter::end`], so that the
/// host records and undoes it as one. Values are normalized, 0…1 over the way of the control.
pub trait Parameter {
    /// What it is called in full; no two of a window share a name.
    fn name(&self) -> &str;
    /// The value now.
    fn normalized(&self) -> f32;
    /// The value a double-click restores.
    fn default_normalized(&self) -> f32;
    /// How a value reads, with its unit.
    fn text(&self, normalized: f32) -> String;
    /// What a typed text means; a number without a unit is in the parameter's own. `None`: it is not understood.
    fn parse(&self, text: &str) -> Option<f32>;
    /// Steps between the ends of the range; `None` is continuous, 1 a switch.
    fn steps(&self) -> Option<usize>;
    /// A hand takes hold.
    fn begin(&self);
    /// The hand moves.
    fn set(&self, normalized: f32);
    /// The hand lets go.
    fn end(&self);
    /// What the host adds to the menu of the value; nothing, unless it has a menu to offer.
    fn host_menu(&self, _ui: &mut egui::Ui) {}
}

/// Changes a value in one gesture.
pub fn change(parameter: &dyn Parameter, normalized: f32) {
    parameter.begin();
    parameter.set(normalized);
    parameter.end();
}

/// Whether a switch is on.
pub fn is_on(parameter: &dyn Parameter) -> bool {
    parameter.normalized() > 0.5
}

/// The nearest value a parameter with steps can have; a continuous one can have any.
pub fn snapped(parameter: &dyn Parameter, normalized: f32) -> f32 {
    match parameter.steps() {
        Some(steps) if steps > 0 => (normalized * steps as f32).round() / steps as f32,
        _ => normalized,
    }
}
