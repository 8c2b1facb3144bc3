//! Keeps the plugin's code in memory once loaded: the threads of a window end some milliseconds after the host has
//! closed it, and a host that unloads the plugin at once would take their code away under them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
