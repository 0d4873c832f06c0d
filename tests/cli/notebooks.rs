//! Notebooks: JSON that is written anew as a whole for each cell that changes, and that must be read again after a revert.

use serde_json::{Value, json};

use super::{claude, hunks, revert, run, status, write_as_user};
use crate::support::repository::Repository;

fn cell(id: &str, source: &[&str]) -> Value {
    json!({ "cell_type": "code", "execution_count": null, "id": id, "metadata": {}, "outputs": [], "source": source })
}

/// A notebook with these cells, indented by so many blanks, as notebooks' programs write it.
fn notebook(cells: &[Value], indent: usize) -> String {
    let whole = json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
    let pretty = serde_json::to_string_pretty(&whole).expect("JSON can be written");
    let lines = pretty.lines().map(|line| {
        let words = line.trim_start();
        format!("{}{words}\n", " ".repeat((line.len() - words.len()) / 2 * indent))
    });
    lines.collect()
}

fn read(repository: &Repository) -> Value {
    serde_json::from_str(&repository.read("a.ipynb")).expect("it is a notebook")
}

fn ids(notebook: &Value) -> Vec<&str> {
    let cells = notebook["cells"].as_array().expect("cells");
    cells.iter().map(|cell| cell["id"].as_str().expect("an id")).collect()
}

#[test]
fn cells_that_an_agent_added_and_took_away_are_taken_back_and_the_users_stay() {
    let (a, b, c) = (cell("a", &["import os\n", "x = 1"]), cell("b", &["y = 2"]), cell("c", &["z = 3"]));
    let (agent1, agent2) = (cell("agent1", &["print(x)"]), cell("agent2", &["print(z)\n", "print(y)"]));
    let mine = cell("mine", &["# of mine\n", "x + y"]);
    // What the agent makes of the notebook, and what the user makes of that: where the user's cell goes.
    let cases = [
        (vec![&a, &agent1, &b, &c], 4),
        (vec![&a, &b, &c, &agent1, &agent2], 5),
        (vec![&a, &b, &c, &agent1, &agent2], 3),
        (vec![&a, &b, &c, &agent1, &agent2], 4),
        (vec![&agent1, &a, &b, &c], 0),
        (vec![&agent1, &a, &b, &c], 1),
        (vec![&a, &b], 2),
        (vec![&b, &c], 0),
        (vec![&a, &agent1, &c], 2),
        (vec![&agent2], 1),
        (vec![], 0),
    ];
    for (nth, (agents, at)) in cases.into_iter().enumerate() {
        let first: Vec<Value> = [&a, &b, &c].into_iter().cloned().collect();
        let repository = Repository::new(&[("a.ipynb", &notebook(&first, 1))]);
        let mut agent = claude(&repository, "s1");
        agent.prompt("change the notebook");
        let mut cells: Vec<Value> = agents.into_iter().cloned().collect();
        agent.write("a.ipynb", &notebook(&cells, 1));
        agent.stop();
        status(&repository);
        cells.insert(at, mine.clone());
        write_as_user(&repository, "a.ipynb", &notebook(&cells, 1));
        let said = revert(&repository, &["--all"]);
        let left = read(&repository);
        let kept: Vec<&str> = ids(&left).into_iter().filter(|id| *id != "mine").collect();
        assert_eq!(kept, ["a", "b", "c"], "case {nth}: {said}\n{left:#}");
        let its = left["cells"].as_array().expect("cells").iter().find(|cell| cell["id"] == "mine");
        assert_eq!(its, Some(&mine), "case {nth}: {said}");
        let first: Vec<&Value> =
            left["cells"].as_array().expect("cells").iter().filter(|cell| cell["id"] != "mine").collect();
        assert_eq!(first, [&a, &b, &c], "case {nth}");
    }
}

#[test]
fn a_notebook_that_is_only_laid_out_anew_has_no_changes_and_one_with_a_change_has_that() {
    let cells = [cell("a", &["x = 1\n", "y = 2"]), cell("b", &["z = 3"])];
    let before = notebook(&cells, 1);
    for indent in [2, 4] {
        let repository = Repository::new(&[("a.ipynb", &before)]);
        let mut agent = claude(&repository, "s1");
        agent.prompt("change a line");
        agent.write("a.ipynb", notebook(&cells, indent).trim_end());
        assert_eq!(hunks(&repository, "a.ipynb"), [], "{indent}");
        let changed = [cell("a", &["x = 1\n", "y = 4"]), cells[1].clone()];
        let repository = Repository::new(&[("a.ipynb", &before)]);
        let mut agent = claude(&repository, "s1");
        agent.write("a.ipynb", &notebook(&changed, indent));
        agent.stop();
        assert_eq!(hunks(&repository, "a.ipynb").len(), 1, "{indent}: {}", status(&repository));
        revert(&repository, &["--all"]);
        assert_eq!(read(&repository), serde_json::from_str::<Value>(&before).expect("JSON"), "{indent}");
    }
}

#[test]
fn outputs_are_lines_of_their_cell_and_go_with_the_agent_that_ran_it() {
    let before = notebook(&[cell("a", &["x = 1"]), cell("b", &["x"])], 1);
    let repository = Repository::new(&[("a.ipynb", &before)]);
    let mut ran = [cell("a", &["x = 1"]), cell("b", &["x"])];
    ran[1]["outputs"] = json!([{ "data": { "text/plain": ["1"] }, "execution_count": 2, "metadata": {}, "output_type": "execute_result" }]);
    ran[1]["execution_count"] = json!(2);
    let mut agent = claude(&repository, "s1");
    agent.prompt("run it");
    agent.write("a.ipynb", &notebook(&ran, 1));
    agent.stop();
    status(&repository);
    ran[0]["source"] = json!(["x = 1\n", "# mine"]);
    write_as_user(&repository, "a.ipynb", &notebook(&ran, 1));
    revert(&repository, &["--all"]);
    let mut wanted: Value = serde_json::from_str(&before).expect("JSON");
    wanted["cells"][0]["source"] = json!(["x = 1\n", "# mine"]);
    assert_eq!(read(&repository), wanted);
}

#[test]
fn a_hunk_without_which_it_could_not_be_read_is_refused_and_left() {
    let repository = Repository::new(&[("a.ipynb", "{\n \"cells\": [\n ],\n \"n\": 1\n}\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("nest it");
    // The two ends of one change, far enough apart to be two hunks.
    let nested = "{\n \"more\": {\n \"cells\": [\n ],\n \"n\": 1\n}\n}\n";
    agent.write("a.ipynb", nested);
    agent.stop();
    let (id, _) = hunks(&repository, "a.ipynb").remove(0);
    let ended = run(&repository, &["revert", "--yes", "--hunk", &id]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("the notebook could not be read any more without that"), "{}", ended.stderr);
    assert_eq!(repository.read("a.ipynb"), nested);
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.ipynb"), "{\n \"cells\": [\n ],\n \"n\": 1\n}\n");
}
