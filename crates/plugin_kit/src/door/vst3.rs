//! The VST3 side of the door: every block reaches the plugin, whatever buses the host gives it.
//!
//! clap-wrapper 0.3.1 does not process a block in which any bus has another channel count than declared, it only takes
//! the parameters: with a side-chain that is inactive (which JUCE hosts pass with no channels) or on a mono track
//! (Cubase 14) the plugin would be out of the path without a word. With fewer buses than declared it reads past the
//! host's array. So `IAudioProcessor::process` gets a function of this file in front that gives it the declared buses,
//! with null for every channel the host left out; [`super::ports`] makes silence of those.
//!
//! The wrapper offers no place for that but one: while it fills its factory it asks the CLAP for
//! [`INFO_FACTORY_ID`]. From there on `createInstance` of the factory, and `process` of every processor it creates,
//! are replaced in copies of their C++ function tables. The layouts are those of the VST3 interfaces, which never
//! change, and of the SDK's factory class.

use std::ffi::{CStr, c_char, c_void};
use std::sync::OnceLock;

use nice_plug::prelude::{AudioIOLayout, ClapPlugin};

use super::vst3_controller;

/// The factory by which clap-wrapper asks for VST3 names; asked for once while the VST3 factory is being filled.
pub(super) const INFO_FACTORY_ID: &CStr = c"clap.plugin-factory-info-as-vst3/0";

/// Most buses a direction has, and most channels a bus.
const MAX_BUSES: usize = 2;
const MAX_CHANNELS: usize = 2;

/// Words in front of a function table: the offset to the whole object and its type (MSVC has only the latter).
const HEADER_WORDS: usize = 2;
/// `FUnknown`, `IPluginFactory` to `IPluginFactory3`, and what the SDK's class adds (MSVC puts less there).
const FACTORY_WORDS: usize = if cfg!(target_env = "msvc") { 11 } else { 13 };
const CREATE_INSTANCE: usize = 6;
/// `FUnknown` and `IAudioProcessor`.
const PROCESSOR_WORDS: usize = 11;
const PROCESS: usize = 9;

type QueryInterface = unsafe extern "system" fn(*mut c_void, *const u8, *mut *mut c_void) -> i32;
type Release = unsafe extern "system" fn(*mut c_void) -> u32;
type CreateInstance = unsafe extern "system" fn(*mut c_void, *const c_char, *const c_char, *mut *mut c_void) -> i32;
type Process = unsafe extern "system" fn(*mut c_void, *mut ProcessData) -> i32;

/// `Steinberg::kResultOk` on every system.
pub(super) const OK: i32 = 0;

/// `Steinberg::Vst::IAudioProcessor::iid`.
const AUDIO_PROCESSOR: [u8; 16] = interface(0x4204_3f99_b7da_453c_a569_e79d_9aae_c33d);

/// The name of an interface, whose first half is in another order where COM is.
pub(super) const fn interface(name: u128) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, rest @ ..] = name.to_be_bytes();
    let [i, j, k, l, m, n, o, p] = rest;
    if cfg!(windows) { [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p] } else { name.to_be_bytes() }
}

/// `Steinberg::Vst::AudioBusBuffers`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Bus {
    channel_count: i32,
    silence_flags: u64,
    channels: *mut *mut f32,
}

/// `Steinberg::Vst::ProcessData`.
#[repr(C)]
#[derive(Clone, Copy)]
struct ProcessData {
    process_mode: i32,
    sample_size: i32,
    frame_count: i32,
    input_count: i32,
    output_count: i32,
    inputs: *mut Bus,
    outputs: *mut Bus,
    /// Parameter changes in and out, events in and out, and the process context.
    rest: [*mut c_void; 5],
}

/// A library's VST3 factory.
pub trait Vst3Factory {
    /// The `IPluginFactory`, with one more reference for the caller. `[main]`
    fn get() -> *mut c_void;
}

/// clap-wrapper's `clap_plugin_factory_as_vst3`: null where the wrapper's own choice is right.
#[repr(C)]
pub(super) struct InfoFactory {
    /// Vendor, address on the web, address for mail.
    texts: [*const c_char; 3],
    get_info: unsafe extern "C" fn(*const InfoFactory, u32) -> *const c_void,
}

// SAFETY: the pointers are null or of constants.
unsafe impl Sync for InfoFactory {}

impl InfoFactory {
    /// What is given to the wrapper of a library.
    pub const fn new<P: ClapPlugin, V: Vst3Factory>() -> Self {
        // By itself the wrapper would call half an address, "info@", the one for mail.
        Self { texts: [std::ptr::null(), std::ptr::null(), c"".as_ptr()], get_info: get_info::<P, V> }
    }
}

/// A copy of a function table with one function replaced.
pub(super) struct Table {
    words: Box<[usize]>,
    /// Where the original stands, and the function that was there.
    original: usize,
    pub(super) replaced: usize,
}

impl Table {
    /// Copies the table of a C++ object.
    ///
    /// # Safety
    /// The object's first word points at a table of `words` functions, with its header in front.
    pub(super) unsafe fn of(object: *mut c_void, words: usize, slot: usize, function: usize) -> Self {
        // SAFETY: as promised by the caller.
        unsafe {
            let original = *object.cast::<*const usize>();
            let mut copy: Box<[usize]> =
                std::slice::from_raw_parts(original.sub(HEADER_WORDS), HEADER_WORDS + words).into();
            let replaced = std::mem::replace(&mut copy[HEADER_WORDS + slot], function);
            Self { words: copy, original: original.addr(), replaced }
        }
    }

    /// Lets an object use this table in place of the original one.
    ///
    /// # Safety
    /// The object's first word points at a function table, and nobody calls the object meanwhile.
    pub(super) unsafe fn install(&'static self, object: *mut c_void) {
        let place = object.cast::<*const usize>();
        // SAFETY: as promised by the caller; only an object of the class the table was copied from is changed.
        unsafe {
            if (*place).addr() == self.original {
                *place = self.words[HEADER_WORDS..].as_ptr();
            }
        }
    }
}

static FACTORY: OnceLock<Table> = OnceLock::new();
static PROCESSOR: OnceLock<Table> = OnceLock::new();
static DECLARED: OnceLock<AudioIOLayout> = OnceLock::new();

unsafe extern "C" fn get_info<P: ClapPlugin, V: Vst3Factory>(_: *const InfoFactory, _: u32) -> *const c_void {
    if let Some(layout) = P::AUDIO_IO_LAYOUTS.first() {
        // Set with the first factory of the library; the wrapper only ever uses the first layout.
        DECLARED.get_or_init(|| *layout);
        let factory = V::get();
        if !factory.is_null() {
            // SAFETY: the wrapper made the factory just now, and nobody else has it yet.
            unsafe {
                let function = create_instance as CreateInstance as usize;
                FACTORY.get_or_init(|| Table::of(factory, FACTORY_WORDS, CREATE_INSTANCE, function)).install(factory);
                release(factory);
            }
        }
    }
    std::ptr::null()
}

/// Does something with an interface of an object, if it has it.
///
/// # Safety
/// `object` is a VST3 object.
pub(super) unsafe fn with_interface(object: *mut c_void, name: &[u8; 16], work: impl FnOnce(*mut c_void)) {
    let mut found = std::ptr::null_mut();
    // SAFETY: the first function of every VST3 object is `queryInterface`, and what it answers with is ours to release.
    unsafe {
        let query: QueryInterface = std::mem::transmute(**object.cast::<*const usize>());
        if query(object, name.as_ptr(), &raw mut found) == OK && !found.is_null() {
            work(found);
            release(found);
        }
    }
}

/// # Safety
/// `object` is a VST3 object.
unsafe fn release(object: *mut c_void) {
    // SAFETY: the third function of every VST3 object is `release`.
    unsafe {
        let release: Release = std::mem::transmute(*(*object.cast::<*const usize>()).add(2));
        release(object);
    }
}

unsafe extern "system" fn create_instance(
    factory: *mut c_void,
    class: *const c_char,
    interface: *const c_char,
    object: *mut *mut c_void,
) -> i32 {
    let Some(table) = FACTORY.get() else { return -1 };
    // SAFETY: the function stood at the place of `createInstance`, and is given the host's own arguments.
    unsafe {
        let original: CreateInstance = std::mem::transmute(table.replaced);
        let result = original(factory, class, interface, object);
        if result == OK && !object.is_null() && !(*object).is_null() {
            guard_processor(*object);
            vst3_controller::guard(*object);
        }
        result
    }
}

/// # Safety
/// `object` is a VST3 object that nobody else has yet.
unsafe fn guard_processor(object: *mut c_void) {
    // SAFETY: as promised by the caller; a processor has the table of its interface.
    unsafe {
        with_interface(object, &AUDIO_PROCESSOR, |processor| {
            let function = process as Process as usize;
            PROCESSOR.get_or_init(|| Table::of(processor, PROCESSOR_WORDS, PROCESS, function)).install(processor);
        });
    }
}

unsafe extern "system" fn process(processor: *mut c_void, data: *mut ProcessData) -> i32 {
    let (Some(table), Some(declared)) = (PROCESSOR.get(), DECLARED.get()) else { return -1 };
    // SAFETY: the function stood at the place of `process`.
    let original: Process = unsafe { std::mem::transmute(table.replaced) };
    // SAFETY: the data are the host's.
    let Some(host) = (unsafe { data.as_ref() }).filter(|data| data.frame_count > 0) else {
        // SAFETY: without frames the wrapper looks at no bus.
        return unsafe { original(processor, data) };
    };
    let channels = |main: Option<std::num::NonZeroU32>| main.map(|count| count.get() as usize);
    let aux = |ports: &'static [std::num::NonZeroU32]| ports.iter().map(|count| count.get() as usize);
    let inputs = channels(declared.main_input_channels).into_iter().chain(aux(declared.aux_input_ports));
    let outputs = channels(declared.main_output_channels).into_iter().chain(aux(declared.aux_output_ports));
    // SAFETY: the buses are the host's, as many as it says, with as many channels as they say.
    unsafe {
        let (mut source, mut sink) = (Buses::new(), Buses::new());
        source.fit(host.inputs, host.input_count, inputs);
        sink.fit(host.outputs, host.output_count, outputs);
        let mut fitted = ProcessData {
            input_count: source.count as i32,
            output_count: sink.count as i32,
            inputs: source.buses.as_mut_ptr(),
            outputs: sink.buses.as_mut_ptr(),
            ..*host
        };
        let result = original(processor, &raw mut fitted);
        sink.silence_the_rest(host.outputs, host.output_count, host.frame_count as usize);
        result
    }
}

/// The declared buses of one direction over those of the host.
struct Buses {
    buses: [Bus; MAX_BUSES],
    pointers: [[*mut f32; MAX_CHANNELS]; MAX_BUSES],
    count: usize,
}

impl Buses {
    fn new() -> Self {
        let nothing = Bus { channel_count: 0, silence_flags: 0, channels: std::ptr::null_mut() };
        Self { buses: [nothing; MAX_BUSES], pointers: [[std::ptr::null_mut(); MAX_CHANNELS]; MAX_BUSES], count: 0 }
    }

    /// Gives every declared bus the host's channels, and null for those it has none for. The buses point into `self`,
    /// which must not move any more. `[audio]`
    ///
    /// # Safety
    /// `host` is null or points at `host_count` buses.
    unsafe fn fit(&mut self, host: *const Bus, host_count: i32, declared: impl Iterator<Item = usize>) {
        for ((index, channel_count), (bus, pointers)) in
            declared.enumerate().zip(self.buses.iter_mut().zip(&mut self.pointers))
        {
            // SAFETY: as promised by the caller.
            let given = unsafe { bus_of(host, host_count, index) };
            for (channel, pointer) in pointers.iter_mut().enumerate() {
                // SAFETY: as promised by the caller.
                *pointer = given.map_or(std::ptr::null_mut(), |given| unsafe { channel_of(given, channel) });
            }
            bus.channel_count = channel_count.min(MAX_CHANNELS) as i32;
            bus.channels = pointers.as_mut_ptr();
            self.count = index + 1;
        }
    }

    /// Makes silence of the channels the plugin does not know. `[audio]`
    ///
    /// # Safety
    /// `host` is null or points at `host_count` buses, whose channels that are not null hold `frames` samples.
    unsafe fn silence_the_rest(&self, host: *const Bus, host_count: i32, frames: usize) {
        for index in 0..usize::try_from(host_count).unwrap_or(0) {
            let known = self.buses[..self.count].get(index).map_or(0, |bus| bus.channel_count as usize);
            // SAFETY: as promised by the caller.
            unsafe {
                let Some(given) = bus_of(host, host_count, index) else { continue };
                for channel in known..usize::try_from(given.channel_count).unwrap_or(0) {
                    let samples = channel_of(given, channel);
                    if !samples.is_null() {
                        std::slice::from_raw_parts_mut(samples, frames).fill(0.0);
                    }
                }
            }
        }
    }
}

/// # Safety
/// `buses` is null or points at `count` buses.
unsafe fn bus_of<'a>(buses: *const Bus, count: i32, index: usize) -> Option<&'a Bus> {
    let is_there = !buses.is_null() && usize::try_from(count).is_ok_and(|count| index < count);
    // SAFETY: in bounds of what the caller promised.
    is_there.then(|| unsafe { &*buses.add(index) })
}

/// # Safety
/// The channels of the bus are null or as many as it says.
unsafe fn channel_of(bus: &Bus, channel: usize) -> *mut f32 {
    let is_there = !bus.channels.is_null() && usize::try_from(bus.channel_count).is_ok_and(|count| channel < count);
    // SAFETY: in bounds of what the caller promised.
    if is_there { unsafe { *bus.channels.add(channel) } } else { std::ptr::null_mut() }
}
