//! A VST3 bundle in this process, held by the function tables a host holds.
#![allow(unsafe_code, reason = "a VST3 host is made of C++ function tables")]

use std::ffi::c_void;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use libloading::os::unix::Library;

use crate::bundles::{Product, session_directory};
use crate::signal::Channels;

/// Frames of every block.
pub const FRAMES: usize = 64;
const OK: i32 = 0;
/// `IComponent`, `IAudioProcessor`, `IEditController` and `IProcessContextRequirements`.
const COMPONENT: [u8; 16] = 0xe831ff31_f2d54301_928ebbee_25697802_u128.to_be_bytes();
const AUDIO_PROCESSOR: [u8; 16] = 0x42043f99_b7da453c_a569e79d_9aaec33d_u128.to_be_bytes();
const CONTROLLER: [u8; 16] = 0xdcd7bbe3_7742448d_a874aacc_979c759e_u128.to_be_bytes();
const REQUIREMENTS: [u8; 16] = 0x2a654303_ef764e3d_95b5fe83_730ef6d0_u128.to_be_bytes();

/// The place of a function in the table of its interface.
mod place {
    pub const QUERY_INTERFACE: usize = 0;
    pub const RELEASE: usize = 2;
    pub const GET_CLASS_INFO: usize = 5;
    pub const CREATE_INSTANCE: usize = 6;
    pub const INITIALIZE: usize = 3;
    pub const TERMINATE: usize = 4;
    pub const SET_ACTIVE: usize = 11;
    pub const SETUP_PROCESSING: usize = 7;
    pub const SET_PROCESSING: usize = 8;
    pub const PROCESS: usize = 9;
    pub const SET_STATE: usize = 12;
    pub const GET_PARAM_NORMALIZED: usize = 14;
    pub const GET_REQUIREMENTS: usize = 3;
}

#[repr(C)]
struct ClassInfo {
    id: [u8; 16],
    cardinality: i32,
    category: [u8; 32],
    name: [u8; 64],
}

#[repr(C)]
struct Setup {
    process_mode: i32,
    sample_size: i32,
    max_frames: i32,
    sample_rate_hz: f64,
}

#[repr(C)]
struct Bus {
    channel_count: i32,
    silence_flags: u64,
    channels: *mut *mut f32,
}

#[repr(C)]
struct Data {
    process_mode: i32,
    sample_size: i32,
    frame_count: i32,
    input_count: i32,
    output_count: i32,
    inputs: *mut Bus,
    outputs: *mut Bus,
    rest: [*mut c_void; 5],
}

/// The function at a place of an object's table.
///
/// # Safety
/// `object` is a VST3 object whose interface has that place, and `F` is the type of the function there.
unsafe fn function<F: Copy>(object: *mut c_void, place: usize) -> F {
    // SAFETY: as promised by the caller; a function pointer is as large as a word.
    unsafe { std::mem::transmute_copy(&*(*object.cast::<*const usize>()).add(place)) }
}

type Plain = unsafe extern "system" fn(*mut c_void) -> i32;
type WithWord = unsafe extern "system" fn(*mut c_void, usize) -> i32;
type Query = unsafe extern "system" fn(*mut c_void, *const u8, *mut *mut c_void) -> i32;

/// A host that offers nothing but itself: the plugin insists on one.
static HOST_TABLE: (Query, Plain, Plain) = (no_interface, count, count);

#[repr(transparent)]
struct Host(&'static (Query, Plain, Plain));

static HOST: Host = Host(&HOST_TABLE);

unsafe extern "system" fn no_interface(_: *mut c_void, _: *const u8, object: *mut *mut c_void) -> i32 {
    // SAFETY: the plugin passes room for the answer.
    unsafe { *object = std::ptr::null_mut() };
    -1
}

unsafe extern "system" fn count(_: *mut c_void) -> i32 {
    1
}

/// A host enters and leaves a module, and makes and ends what is in it, on its main thread. A test has none, so the tests
/// take turns.
static MAIN_THREAD: Mutex<()> = Mutex::new(());

/// A plugin of a VST3 bundle, running at 48 kHz.
pub struct Vst3 {
    component: *mut c_void,
    processor: *mut c_void,
    factory: *mut c_void,
    library: Option<Library>,
    _turn: MutexGuard<'static, ()>,
}

impl Vst3 {
    /// Enters the module, makes its plugin and starts it.
    pub fn new(product: Product) -> Self {
        let turn = MAIN_THREAD.lock().unwrap_or_else(PoisonError::into_inner);
        session_directory();
        let folder = product.vst3_bundle().join("Contents").join(format!("{}-linux", std::env::consts::ARCH));
        let path: PathBuf = folder.join(format!("{}.so", product.name()));
        // SAFETY: the sequence of calls is the one VST3 prescribes, with the types it gives them.
        unsafe {
            let handle = Library::new(&path).unwrap().into_raw();
            let library = Library::from_raw(handle);
            let enter = *library.get::<unsafe extern "C" fn(*mut c_void) -> bool>(b"ModuleEntry\0").unwrap();
            assert!(enter(handle));
            let factory = *library.get::<unsafe extern "system" fn() -> *mut c_void>(b"GetPluginFactory\0").unwrap();
            let factory = factory();
            let mut class: ClassInfo = std::mem::zeroed();
            let get: unsafe extern "system" fn(*mut c_void, i32, *mut ClassInfo) -> i32 =
                function(factory, place::GET_CLASS_INFO);
            assert_eq!(get(factory, 0, &raw mut class), OK);
            let create: unsafe extern "system" fn(*mut c_void, *const u8, *const u8, *mut *mut c_void) -> i32 =
                function(factory, place::CREATE_INSTANCE);
            let (mut component, mut processor) = (std::ptr::null_mut(), std::ptr::null_mut());
            assert_eq!(create(factory, class.id.as_ptr(), COMPONENT.as_ptr(), &raw mut component), OK);
            assert_eq!(function::<WithWord>(component, place::INITIALIZE)(component, (&raw const HOST).addr()), OK);
            let query: Query = function(component, place::QUERY_INTERFACE);
            assert_eq!(query(component, AUDIO_PROCESSOR.as_ptr(), &raw mut processor), OK);
            let setup = Setup { process_mode: 0, sample_size: 0, max_frames: FRAMES as i32, sample_rate_hz: 48_000.0 };
            assert_eq!(
                function::<WithWord>(processor, place::SETUP_PROCESSING)(processor, (&raw const setup).addr()),
                OK
            );
            assert_eq!(function::<WithWord>(component, place::SET_ACTIVE)(component, 1), OK);
            assert_eq!(function::<WithWord>(processor, place::SET_PROCESSING)(processor, 1), OK);
            Self { component, processor, factory, library: Some(library), _turn: turn }
        }
    }

    /// Processes a block with input buses of these channels into output buses of these; `None` is a null pointer.
    pub fn process(&self, inputs: &[Vec<Option<Vec<f32>>>], outputs: &mut [Channels]) {
        let mut source: Vec<Vec<_>> = inputs
            .iter()
            .map(|bus| {
                let pointer = |channel: &Option<Vec<f32>>| {
                    channel.as_ref().map_or(std::ptr::null_mut(), |channel| channel.as_ptr().cast_mut())
                };
                bus.iter().map(pointer).collect()
            })
            .collect();
        let mut sink: Vec<Vec<_>> =
            outputs.iter_mut().map(|bus| bus.iter_mut().map(|channel| channel.as_mut_ptr()).collect()).collect();
        let buses = |pointers: &mut Vec<Vec<*mut f32>>| -> Vec<Bus> {
            let bus = |channels: &mut Vec<*mut f32>| Bus {
                channel_count: channels.len() as i32,
                silence_flags: 0,
                // No channels, no array of channels.
                channels: if channels.is_empty() { std::ptr::null_mut() } else { channels.as_mut_ptr() },
            };
            pointers.iter_mut().map(bus).collect()
        };
        let (mut input_buses, mut output_buses) = (buses(&mut source), buses(&mut sink));
        let array = |buses: &mut Vec<Bus>| if buses.is_empty() { std::ptr::null_mut() } else { buses.as_mut_ptr() };
        let mut data = Data {
            process_mode: 0,
            sample_size: 0,
            frame_count: FRAMES as i32,
            input_count: input_buses.len() as i32,
            output_count: output_buses.len() as i32,
            inputs: array(&mut input_buses),
            outputs: array(&mut output_buses),
            rest: [std::ptr::null_mut(); 5],
        };
        // SAFETY: all pointers are to buffers of this function, as long as the data say.
        let result =
            unsafe { function::<WithWord>(self.processor, place::PROCESS)(self.processor, (&raw mut data).addr()) };
        assert_eq!(result, OK);
    }
}

impl Vst3 {
    /// Loads a state as `IComponent::setState` does.
    pub fn load(&self, state: &[u8]) -> bool {
        let mut stream = Stream { table: &STREAM_TABLE, bytes: state, position: 0 };
        // SAFETY: the stream lives as long as the call.
        unsafe {
            function::<WithWord>(self.component, place::SET_STATE)(self.component, (&raw mut stream).addr()) == OK
        }
    }

    /// A value as a host reads it, 0…1.
    pub fn value(&self, id: u32) -> f64 {
        self.with(&CONTROLLER, |controller| {
            // SAFETY: the function has this form, and the controller is alive.
            unsafe {
                let get: unsafe extern "system" fn(*mut c_void, u32) -> f64 =
                    function(controller, place::GET_PARAM_NORMALIZED);
                get(controller, id)
            }
        })
    }

    /// What of the process context the plugin asks for, one bit each.
    pub fn needed_context(&self) -> u32 {
        self.with(&REQUIREMENTS, |requirements| {
            // SAFETY: as for `value`.
            unsafe { function::<Plain>(requirements, place::GET_REQUIREMENTS)(requirements) as u32 }
        })
    }

    fn with<T>(&self, interface: &[u8; 16], work: impl FnOnce(*mut c_void) -> T) -> T {
        let mut object = std::ptr::null_mut();
        // SAFETY: the component is alive; what it hands out is released.
        unsafe {
            assert_eq!(
                function::<Query>(self.component, place::QUERY_INTERFACE)(
                    self.component,
                    interface.as_ptr(),
                    &raw mut object
                ),
                OK
            );
            let answer = work(object);
            function::<Plain>(object, place::RELEASE)(object);
            answer
        }
    }
}

/// An `IBStream` to read from.
#[repr(C)]
struct Stream<'a> {
    table: &'static StreamTable,
    bytes: &'a [u8],
    position: usize,
}

#[repr(C)]
struct StreamTable(Query, Plain, Plain, Read, Read, Seek, Tell);

type Read = unsafe extern "system" fn(*mut Stream, *mut u8, i32, *mut i32) -> i32;
type Seek = unsafe extern "system" fn(*mut Stream, i64, i32, *mut i64) -> i32;
type Tell = unsafe extern "system" fn(*mut Stream, *mut i64) -> i32;

static STREAM_TABLE: StreamTable = StreamTable(no_interface, count, count, read, refuse, seek, tell);

unsafe extern "system" fn read(stream: *mut Stream, target: *mut u8, wanted: i32, done: *mut i32) -> i32 {
    // SAFETY: the stream is ours, the target has room for what is wanted.
    unsafe {
        let stream = &mut *stream;
        let left = &stream.bytes[stream.position..];
        let given = left.len().min(wanted as usize);
        target.copy_from_nonoverlapping(left.as_ptr(), given);
        stream.position += given;
        if !done.is_null() {
            *done = given as i32;
        }
    }
    OK
}

unsafe extern "system" fn refuse(_: *mut Stream, _: *mut u8, _: i32, _: *mut i32) -> i32 {
    -1
}

unsafe extern "system" fn seek(stream: *mut Stream, by: i64, from: i32, place: *mut i64) -> i32 {
    // SAFETY: the stream is ours; the place may be null.
    unsafe {
        let stream = &mut *stream;
        let from = [0, stream.position, stream.bytes.len()][from as usize];
        stream.position = (from as i64 + by).clamp(0, stream.bytes.len() as i64) as usize;
        if !place.is_null() {
            *place = stream.position as i64;
        }
    }
    OK
}

unsafe extern "system" fn tell(stream: *mut Stream, place: *mut i64) -> i32 {
    // SAFETY: the stream is ours.
    unsafe { *place = (*stream).position as i64 };
    OK
}

impl Drop for Vst3 {
    fn drop(&mut self) {
        // SAFETY: the sequence of calls is the one VST3 prescribes.
        unsafe {
            function::<WithWord>(self.processor, place::SET_PROCESSING)(self.processor, 0);
            function::<WithWord>(self.component, place::SET_ACTIVE)(self.component, 0);
            function::<Plain>(self.component, place::TERMINATE)(self.component);
            for object in [self.processor, self.component, self.factory] {
                function::<Plain>(object, place::RELEASE)(object);
            }
            let library = self.library.take().unwrap();
            let exit = *library.get::<unsafe extern "C" fn() -> bool>(b"ModuleExit\0").unwrap();
            exit();
        }
    }
}
