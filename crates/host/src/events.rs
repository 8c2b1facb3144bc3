//! Parameter changes going into a plugin, gestures and values coming out of it.

use clack_host::events::event_types::ParamValueEvent;
use clack_host::events::spaces::CoreEventSpace;
use clack_host::events::{Pckn, io::EventBuffer};
use clack_host::utils::ClapId;
use serde::{Deserialize, Serialize};

/// A parameter taking a value at one frame of a block.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterChange {
    /// Frame in the block, from 0.
    pub frame: u32,
    /// Id of the parameter.
    pub id: u32,
    /// The value, in the plugin's own unit.
    pub value: f64,
}

/// What a plugin tells its host about its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum PluginEvent {
    /// Someone takes hold of a control.
    GestureBegin {
        /// Id of the parameter.
        id: u32,
    },
    /// A parameter has another value.
    Value {
        /// Id of the parameter.
        id: u32,
        /// The value, in the plugin's own unit.
        value: f64,
    },
    /// The control is let go.
    GestureEnd {
        /// Id of the parameter.
        id: u32,
    },
}

/// Writes changes into a buffer a plugin can read, in the order of their frames.
pub(crate) fn write_changes(buffer: &mut EventBuffer, changes: impl IntoIterator<Item = ParameterChange>) {
    buffer.clear();
    for change in changes {
        if let Some(id) = ClapId::from_raw(change.id) {
            buffer.push(&ParamValueEvent::new(change.frame, id, Pckn::match_all(), change.value));
        }
    }
    buffer.sort();
}

/// What a plugin wrote into a buffer, without the kinds of event no one here listens to.
pub(crate) fn read_events(buffer: &EventBuffer) -> Vec<PluginEvent> {
    let mut events = Vec::new();
    for event in buffer {
        let id = |id: Option<ClapId>| id.map_or(u32::MAX, ClapId::get);
        match event.as_core_event() {
            Some(CoreEventSpace::ParamGestureBegin(begin)) => {
                events.push(PluginEvent::GestureBegin { id: id(begin.param_id()) });
            }
            Some(CoreEventSpace::ParamValue(value)) => {
                events.push(PluginEvent::Value { id: id(value.param_id()), value: value.value() });
            }
            Some(CoreEventSpace::ParamGestureEnd(end)) => {
                events.push(PluginEvent::GestureEnd { id: id(end.param_id()) });
            }
            _ => {}
        }
    }
    events
}
