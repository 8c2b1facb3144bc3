//! A library with a session of its own, as a plugin is one: the tests load two copies of it into one process.
#![allow(unsafe_code, reason = "a library is entered through C functions")]

use std::ffi::{CStr, c_char};

use session::identity::{Identity, Info, Kind};
use session::member::{Activity, Link, Member, Place};
use session::publisher::Publisher;
use session::uuid::Uuid;

/// What the loader holds.
pub struct Instance {
    member: Member,
    publisher: Publisher,
}

/// Joins as a master or a stem of the session `[1, session]` in a runtime directory.
///
/// # Safety
/// `directory` is a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn join(directory: *const c_char, is_master: bool, session: u64) -> *mut Instance {
    // SAFETY: as promised by the caller.
    let Ok(directory) = unsafe { CStr::from_ptr(directory) }.to_str() else { return std::ptr::null_mut() };
    let kind = if is_master { Kind::Master } else { Kind::Stem };
    let identity = Identity { session: Some(Uuid([1, session])), ..Identity::new() };
    let member = Member::join_at(Place::Directory(directory.into()), kind, identity, Info::default());
    let publisher = member.publisher();
    Box::into_raw(Box::new(Instance { member, publisher }))
}

/// Publishes, and counts the stems that play; −1 while the instance is alone in its process.
///
/// # Safety
/// `instance` came from [`join`] and has not left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn play(instance: *mut Instance) -> i32 {
    // SAFETY: as promised by the caller.
    let instance = unsafe { &mut *instance };
    instance.publisher.publish_now(&Default::default(), Default::default());
    if instance.member.link() == Link::Opening || instance.member.local_only().is_some() {
        return -1;
    }
    let mut views = Vec::new();
    instance.member.stems(&mut views);
    views.iter().filter(|view| view.activity == Activity::Live).count() as i32
}

/// Leaves.
///
/// # Safety
/// `instance` came from [`join`] and has not left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn leave(instance: *mut Instance) {
    // SAFETY: as promised by the caller.
    drop(unsafe { Box::from_raw(instance) });
}
