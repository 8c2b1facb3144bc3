//! Events: the host's, put in order and within the block, with the plugin's own edits in front of them.

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_IS_LIVE, CLAP_EVENT_PARAM_GESTURE_BEGIN, CLAP_EVENT_PARAM_GESTURE_END,
    CLAP_EVENT_PARAM_MOD, CLAP_EVENT_PARAM_VALUE, CLAP_TRANSPORT_HAS_BEATS_TIMELINE, CLAP_TRANSPORT_HAS_TEMPO,
    clap_event_header, clap_event_param_gesture, clap_event_param_mod, clap_event_param_value, clap_event_transport,
    clap_input_events, clap_output_events,
};

use crossbeam::queue::ArrayQueue;

use super::link::Edit;

/// Events taken in one go; what a host sends beyond them in one block is applied right after it.
const CAPACITY: usize = 2048;

/// Edits taken per block; the rest waits for the next one.
const EDITS_PER_BLOCK: usize = 64;

/// A copy of one event, large enough for every kind the plugins understand.
#[derive(Clone, Copy)]
#[repr(C)]
union Event {
    header: clap_event_header,
    value: clap_event_param_value,
    modulation: clap_event_param_mod,
}

/// The events of one block, copied, so that no time lies outside the block or before its predecessor.
pub(super) struct Events {
    /// Capacity fixed at construction; never grows.
    events: Vec<Event>,
    /// How many of them, from the first on, are the plugin's own edits.
    edits: usize,
}

impl Events {
    /// Room for a block's events. `[setup]`
    pub fn new() -> Self {
        Self { events: Vec::with_capacity(CAPACITY), edits: 0 }
    }

    /// Forgets the block before. `[audio]`
    pub fn clear(&mut self) {
        self.events.clear();
        self.edits = 0;
    }

    /// Puts waiting edits in as value events at the start, and tells the host of each as one gesture. `[audio]`
    ///
    /// # Safety
    /// `out` is null or a valid event list of the host.
    pub unsafe fn take_edits(&mut self, edits: &ArrayQueue<Edit>, out: *const clap_output_events) {
        for _ in 0..EDITS_PER_BLOCK {
            let Some(edit) = edits.pop() else { return };
            let value = value_event(edit);
            self.events.push(Event { value });
            self.edits = self.events.len();
            // SAFETY: as promised by the caller; the events outlive the call.
            // A host without room misses a notification; the parameter itself has been set.
            unsafe {
                push(out, &gesture_event(edit.id, CLAP_EVENT_PARAM_GESTURE_BEGIN).header);
                push(out, &value.header);
                push(out, &gesture_event(edit.id, CLAP_EVENT_PARAM_GESTURE_END).header);
            }
        }
    }

    /// Copies the host's events from `first` on, as far as there is room; returns where to go on, or `None` when all are
    /// in. `[audio]`
    ///
    /// # Safety
    /// `list` is null or a valid event list of the host.
    pub unsafe fn take_in(&mut self, list: *const clap_input_events, first: u32, frames: u32) -> Option<u32> {
        // SAFETY: as promised by the caller.
        let list = unsafe { list.as_ref() }?;
        let (size, get) = (list.size?, list.get?);
        let mut latest = 0;
        // SAFETY: as promised by the caller.
        for index in first..unsafe { size(list) } {
            if self.events.len() == CAPACITY {
                return Some(index);
            }
            // SAFETY: the index is below the size; the header is valid until the list changes, which is after the block.
            let Some(header) = (unsafe { get(list, index).as_ref() }) else { continue };
            // SAFETY: the header is the first part of the event it describes.
            let Some(mut event) = (unsafe { copy(header) }) else { continue };
            let time = header.time.min(frames.saturating_sub(1)).max(latest);
            latest = time;
            event.header.time = time;
            self.events.push(event);
        }
        None
    }

    /// Id and value of every parameter the host sets. `[audio]`
    pub fn host_values(&self) -> impl Iterator<Item = (u32, f64)> {
        self.events[self.edits..].iter().filter_map(|event| {
            // SAFETY: every event begins with a header, which says which kind it is.
            unsafe {
                if event.header.type_ == CLAP_EVENT_PARAM_VALUE {
                    Some((event.value.param_id, event.value.value))
                } else {
                    None
                }
            }
        })
    }

    /// The list as the framework reads it; valid until the events change. `[audio]`
    pub fn list(&self) -> clap_input_events {
        clap_input_events {
            ctx: (&raw const self.events).cast_mut().cast(),
            size: Some(list_size),
            get: Some(list_get),
        }
    }
}

/// A transport as the framework needs it: within a block it counts the position on only when there is a tempo, and
/// without one every event would look like a jump of the song. Nobody here asks for the tempo itself, nor for beats.
pub(super) fn with_tempo(mut transport: clap_event_transport) -> clap_event_transport {
    if transport.flags & CLAP_TRANSPORT_HAS_TEMPO == 0 {
        transport.flags = (transport.flags | CLAP_TRANSPORT_HAS_TEMPO) & !CLAP_TRANSPORT_HAS_BEATS_TIMELINE;
        transport.tempo = 120.0;
    }
    transport
}

/// A copy of an event of a kind the plugins understand.
///
/// # Safety
/// `header` is the first part of an event as large as it says.
unsafe fn copy(header: &clap_event_header) -> Option<Event> {
    if header.space_id != CLAP_CORE_EVENT_SPACE_ID {
        return None;
    }
    let source: *const clap_event_header = header;
    // SAFETY: the size of each event is checked before it is read as one of its kind.
    unsafe {
        match header.type_ {
            CLAP_EVENT_PARAM_VALUE if holds::<clap_event_param_value>(header) => {
                Some(Event { value: *source.cast() }).filter(|event| event.value.value.is_finite())
            }
            CLAP_EVENT_PARAM_MOD if holds::<clap_event_param_mod>(header) => {
                Some(Event { modulation: *source.cast() }).filter(|event| event.modulation.amount.is_finite())
            }
            // A transport inside a block would have its position counted twice by the framework; the next block has it.
            _ => None,
        }
    }
}

fn holds<T>(header: &clap_event_header) -> bool {
    header.size as usize >= size_of::<T>()
}

fn header<T>(type_: u16) -> clap_event_header {
    clap_event_header {
        size: size_of::<T>() as u32,
        time: 0,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_,
        flags: CLAP_EVENT_IS_LIVE,
    }
}

fn value_event(edit: Edit) -> clap_event_param_value {
    clap_event_param_value {
        header: header::<clap_event_param_value>(CLAP_EVENT_PARAM_VALUE),
        param_id: edit.id,
        cookie: std::ptr::null_mut(),
        note_id: -1,
        port_index: -1,
        channel: -1,
        key: -1,
        value: edit.value,
    }
}

fn gesture_event(param_id: u32, type_: u16) -> clap_event_param_gesture {
    clap_event_param_gesture { header: header::<clap_event_param_gesture>(type_), param_id }
}

/// The host's list of events to come from the plugin, with the numbers of choices made whole on the way.
///
/// The framework multiplies a 32-bit share by the number of steps, and the fourteenth of nineteen comes out as
/// 13.999 999 8; clap-wrapper cuts that to 13, and a VST3 host gives the wrong choice back.
pub(super) struct Told(pub *const clap_output_events);

impl Told {
    /// The list as the framework sees it; valid as long as this stays where it is. `[audio]`
    pub fn list(&self) -> clap_output_events {
        clap_output_events { ctx: (&raw const *self).cast_mut().cast(), try_push: Some(told_push) }
    }
}

unsafe extern "C" fn told_push(list: *const clap_output_events, event: *const clap_event_header) -> bool {
    // SAFETY: only [`Told::list`] makes lists with this function; the event is as large as its header says.
    unsafe {
        let told = &*(*list).ctx.cast::<Told>();
        if let Some(header) = event.as_ref()
            && header.space_id == CLAP_CORE_EVENT_SPACE_ID
            && header.type_ == CLAP_EVENT_PARAM_VALUE
        {
            let mut value = *event.cast::<clap_event_param_value>();
            value.value = whole_choice(value.value);
            return push(told.0, &value.header);
        }
        push(told.0, event)
    }
}

/// The value of a parameter, made whole if it is the number of a choice: only those lie above one.
pub(super) fn whole_choice(value: f64) -> f64 {
    if value > 1.0 { value.round() } else { value }
}

/// # Safety
/// `out` is null or a valid event list of the host, `event` the first part of an event as large as it says.
unsafe fn push(out: *const clap_output_events, event: *const clap_event_header) -> bool {
    // SAFETY: as promised by the caller.
    unsafe { out.as_ref() }
        .and_then(|list| list.try_push.map(|try_push| (list, try_push)))
        // SAFETY: as promised by the caller.
        .is_some_and(|(list, try_push)| unsafe { try_push(list, event) })
}

unsafe extern "C" fn list_size(list: *const clap_input_events) -> u32 {
    // SAFETY: only [`Events::list`] makes lists with this function, and their context is its vector.
    unsafe { (*(*list).ctx.cast::<Vec<Event>>()).len() as u32 }
}

unsafe extern "C" fn list_get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: as for `list_size`.
    let events = unsafe { &*(*list).ctx.cast::<Vec<Event>>() };
    events.get(index as usize).map_or(std::ptr::null(), |event| (&raw const *event).cast())
}

const _: () = assert!(EDITS_PER_BLOCK < CAPACITY);

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" fn keep(list: *const clap_output_events, event: *const clap_event_header) -> bool {
        // SAFETY: the test below gives a vector and value events.
        unsafe {
            let kept = &mut *(*list).ctx.cast::<Vec<f64>>();
            kept.push((*event.cast::<clap_event_param_value>()).value);
        }
        true
    }

    #[test]
    fn a_choice_is_told_by_a_whole_number_and_a_place_as_it_is() {
        let mut kept: Vec<f64> = Vec::new();
        let host = clap_output_events { ctx: (&raw mut kept).cast(), try_push: Some(keep) };
        let told = Told(&raw const host);
        let list = told.list();
        // As the framework makes them: a 32-bit share times the steps.
        let choices = (0..=19u8).map(|choice| f64::from(f32::from(choice) / 19.0) * 19.0);
        for value in choices.chain([0.25, 0.999_999_94]) {
            let event = value_event(Edit { id: 7, value });
            // SAFETY: the list and the event live as long as the call.
            assert!(unsafe { told_push(&raw const list, &event.header) });
        }
        let expected: Vec<f64> = (0..=19u8).map(f64::from).chain([0.25, 0.999_999_94]).collect();
        assert_eq!(kept, expected);
    }
}
