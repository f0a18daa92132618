//! A workspace's own repository, by plain forms and the real binary.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use std::{path::Path, process::Command};
use support::{Person, World};

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=Test", "-c", "user.email=test@test.example"];
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(identity).args(arguments);
    assert!(command.status().unwrap().success(), "{arguments:?}");
}

#[test]
fn an_owner_names_a_repository_by_a_plain_form_and_reads_what_is_wrong_in_it() {
    let world = World::with_people();
    let (copies, local) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let workspace = world.value("select id from workspaces where name = 'Sample Foams'");
    let repository = local.path().join(&workspace).join("ledger");
    std::fs::create_dir_all(&repository).unwrap();
    git(&repository, &["init", "--quiet"]);
    let text = "option \"title\" \"Ours\"\ninclude \"gone.beancount\"\n";
    std::fs::write(repository.join("main.beancount"), text).unwrap();
    git(&repository, &["add", "."]);
    git(&repository, &["commit", "--quiet", "--message", "Begin"]);
    let server = world.serve_with(&[
        ("LEDGER_COPIES_PATH", copies.path().to_str().unwrap()),
        ("LEDGER_LOCAL_PATH", local.path().to_str().unwrap()),
    ]);
    let owner = Person::signed_in(&server, "owner@test.example");
    assert!(owner.text("/portfolios").contains(&workspace), "the folder is named");

    let typed = "https://elsewhere.example/ledger.git";
    let back = owner.act("set-ledger-repository", &[("address", typed)]);
    assert_eq!(back, "/portfolios?problem=ledger_host");
    let refused = owner.text(&back);
    for expected in ["href=\"#address\"", "id=\"address-error\"", typed, "aria-invalid=\"true\""] {
        assert!(refused.contains(expected), "{expected}: {refused}");
    }

    let back = owner.act("set-ledger-repository", &[("address", "ledger")]);
    assert_eq!(back, "/portfolios?done=repository_named");
    let back = owner.act("read-ledger", &[]);
    assert_eq!(back, "/portfolios?read=refused");
    let viewer = Person::signed_in(&server, "viewer@test.example");
    for page in [owner.text(&back), viewer.text("/portfolios")] {
        for expected in
            ["main.beancount:2", "there is no file gone.beancount", "The ledger has 1 fault"]
        {
            assert!(page.contains(expected), "{expected}: {page}");
        }
    }
    assert!(!viewer.text("/portfolios").contains("Use this repository"), "owners alone name one");
    let back = owner.act("remove-ledger-repository", &[]);
    assert!(owner.text(&back).contains("This workspace has no repository of its own."));
    world.succeeds(&["verify"], "");
}
