//! The programme `stemma` as someone runs it.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its files has failed")]

mod check;
mod desk;
mod measure;

#[test]
fn help_is_a_manual() {
    let desk = desk::Desk::new("help");
    let help = |arguments: &[&str]| desk::text(&desk.stemma(arguments).stdout);
    assert!(help(&["--help"]).contains("Exit codes: 0 all is well"));
    assert!(help(&["check", "--help"]).contains("[stems.\"03 Gtrs.wav\"]"));
    assert!(help(&["measure", "--help"]).contains("--ceiling"));
}
