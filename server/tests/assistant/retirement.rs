//! Models that are about to be shut down by their servers.

use crate::{
    KEY, serve,
    support::{Person, World},
};
use fake_openai::{Reply, Server, faithful, model_listed, models_reply, package_of};
use serde_json::json;

/// A server that shuts its model down that many days from today.
fn shut_down_in(world: &World, days: i32) -> (Server, String) {
    let model = Server::start(KEY, |seen, _| Reply::says(&faithful(&package_of(seen)).to_string()));
    let day = world.value(&format!("(now() at time zone 'UTC')::date + {days}"));
    model.set_models(models_reply(&json!([
        model_listed("another-model", Some("2020-01-01")),
        model_listed("test-model", Some(&day)),
    ])));
    (model, day)
}

#[test]
fn a_shutdown_within_sixty_days_warns_administrators_and_names_the_specifications() {
    let world = World::with_people();
    let (model, day) = shut_down_in(&world, 30);
    let server = serve(&world, &model, &[]);
    world.wait_for(
        "select concat_ws(' ', listing, shutdown_on) from model_listings",
        &format!("listed {day}"),
    );
    server.wait_for_line(|line| {
        line.contains("the language model is shut down soon") && line.contains(&day)
    });
    world.active_specification(&server);
    let admin = Person::signed_in(&server, "admin@test.example");
    let page = admin.text("/admin/language-model");
    for words in [
        "test-model is shut down in 30 days",
        "Weekly process test",
        "Sample Foams",
        "OPENAI_MODEL",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(admin.text("/admin").contains("test-model is shut down in 30 days"));
    assert_eq!(model.listed(), 1, "the list is looked at every six hours");
    assert_eq!(model.seen().len(), 0, "a look at the list is no call of the model");
    // Another process looks no sooner.
    let second = world.work_with(&[
        ("OPENAI_API_KEY", KEY),
        ("OPENAI_BASE_URL", &model.base_url()),
        ("OPENAI_MODEL", "test-model"),
    ]);
    second.wait_for_line(|line| line.contains("the language model is shut down soon"));
    assert_eq!(model.listed(), 1);
}

#[test]
fn a_shutdown_that_is_far_is_told_and_warns_nobody() {
    let world = World::with_people();
    let (model, _) = shut_down_in(&world, 61);
    let server = serve(&world, &model, &[]);
    world.wait_for("select count(*) from model_listings", "1");
    let admin = Person::signed_in(&server, "admin@test.example");
    let page = admin.text("/admin/language-model");
    assert!(page.contains("Listed") && !page.contains("is shut down in"), "{page}");
    assert!(!admin.text("/admin").contains("is shut down in"));
}

#[test]
fn a_list_that_cannot_be_read_is_said_so_and_hides_nothing_that_was_known() {
    let world = World::with_people();
    let (model, _) = shut_down_in(&world, 0);
    let first = serve(&world, &model, &[]);
    world.wait_for("select count(*) from model_listings", "1");
    drop(first);
    // Seven hours later.
    world.sql(
        "set session_replication_role = replica;
         update model_listings set looked_at = looked_at - interval '7 hours'",
    );
    model.set_models(Reply::error(503, "server_error"));
    let server = serve(&world, &model, &[]);
    world.wait_for("select reason from model_listings order by id desc limit 1", "overloaded");
    let admin = Person::signed_in(&server, "admin@test.example");
    let page = admin.text("/admin/language-model");
    assert!(page.contains("could not be read (overloaded)"), "{page}");
    assert!(page.contains("test-model is shut down today"), "{page}");
    server.wait_for_line(|line| line.contains("the language model is shut down soon"));
    drop(server);
    // Half an hour later the list is looked at again, since nothing was learnt from it.
    world.sql(
        "set session_replication_role = replica;
         update model_listings set looked_at = looked_at - interval '31 minutes'",
    );
    model.set_models(models_reply(&json!([model_listed("test-model", None)])));
    let server = serve(&world, &model, &[]);
    world.wait_for("select listing from model_listings order by id desc limit 1", "listed");
    drop(server);
}

#[test]
fn a_model_that_its_server_does_not_list_is_said_so() {
    let world = World::with_people();
    let (model, _) = shut_down_in(&world, 30);
    model.set_models(models_reply(&json!([])));
    let server = serve(&world, &model, &[]);
    world.wait_for("select listing from model_listings", "not_listed");
    let admin = Person::signed_in(&server, "admin@test.example");
    assert!(admin.text("/admin/language-model").contains("Not listed by its server"));
}

#[test]
fn a_shutdown_in_a_form_that_nobody_reads_is_told_and_takes_nothing_away() {
    let world = World::with_people();
    let (model, _) = shut_down_in(&world, 30);
    // Others of the list are as odd as they like.
    let odd = |shutdown| {
        json!([
            "no model", { "id": "another-model", "shutdown_date": [] },
            { "id": "test-model", "object": "model", "shutdown_date": shutdown },
        ])
    };
    model.set_models(models_reply(&odd("end of January")));
    let first = serve(&world, &model, &[]);
    let newest = "select concat_ws(' ', listing, shutdown_on, reason) from model_listings
        order by id desc limit 1";
    world.wait_for(newest, "listed shutdown_unreadable");
    let admin = Person::signed_in(&first, "admin@test.example");
    let page = admin.text("/admin/language-model");
    assert!(page.contains("Listed") && !page.contains("Not listed"), "{page}");
    assert!(page.contains("Announced in a form that cannot be read"), "{page}");
    drop(first);
    // A day that was read before counts on.
    let later = |hours: &str| {
        world.sql(&format!(
            "set session_replication_role = replica;
             update model_listings set looked_at = looked_at - interval '{hours} hours'",
        ));
    };
    later("7");
    let day = world.value("select (now() at time zone 'UTC')::date + 30");
    model.set_models(models_reply(&odd(&day)));
    let second = serve(&world, &model, &[]);
    world.wait_for(newest, &format!("listed {day}"));
    drop(second);
    later("7");
    model.set_models(models_reply(&odd("soon")));
    let third = serve(&world, &model, &[]);
    world.wait_for(newest, "listed shutdown_unreadable");
    third.wait_for_line(|line| line.contains("the language model is shut down soon"));
    let admin = Person::signed_in(&third, "admin@test.example");
    let page = admin.text("/admin/language-model");
    assert!(page.contains("test-model is shut down in 30 days"), "{page}");
    assert!(page.contains("in a form that cannot be read"), "{page}");
}
