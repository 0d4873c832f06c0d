//! Databases, and the tools that change how they are built: data that no git holds.

use super::effect::What;
use super::flow::Flow;
use super::options::Options;
use super::run::Shell;
use super::word::Word;

impl Shell<'_, '_> {
    pub(super) fn databases(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        let words: Vec<String> = arguments.iter().map(Word::shown).collect();
        if is_client(name) {
            let valued = ["c", "e", "eval", "command", "execute", "query", "h", "p", "U", "u", "d", "D", "P"];
            let options = Options::of(arguments, &valued);
            let given = options
                .given
                .iter()
                .filter(|(name, _)| matches!(name.as_str(), "c" | "e" | "eval" | "command" | "execute" | "query"));
            let mut said: Vec<String> = given.filter_map(|(_, value)| value.as_ref().map(Word::shown)).collect();
            said.extend(options.operands.iter().map(Word::shown));
            said.extend(stdin.text.clone());
            if destroys(&said.join(" ")) {
                self.does(What::DeletesData { system: format!("the database that `{name}` reaches") });
            }
            return Some(Flow::default());
        }
        let line = format!("{name} {}", words.join(" "));
        let of_tests = |words: &Vec<Word>| words.iter().any(|word| word.shown() == "test");
        let is_test = self.known("RAILS_ENV").is_some_and(|words| of_tests(&words));
        let destroys = match name {
            "dropdb" | "dropuser" | "mysqladmin" => name != "mysqladmin" || words.iter().any(|word| word == "drop"),
            "rails" | "rake" => {
                let tasks =
                    ["db:drop", "db:reset", "db:schema:load", "db:migrate:reset", "db:purge", "db:truncate_all"];
                words.iter().any(|word| tasks.iter().any(|task| word.starts_with(task))) && !is_test
            }
            "prisma" => {
                line.contains("migrate reset")
                    || words.iter().any(|word| word == "--force-reset" || word == "--accept-data-loss")
            }
            "alembic" | "goose" | "migrate" | "dbmate" => {
                words.iter().any(|word| matches!(word.as_str(), "downgrade" | "reset" | "drop" | "down"))
            }
            "php" | "artisan" => {
                line.contains("migrate:fresh")
                    || line.contains("migrate:refresh")
                    || line.contains("db:wipe")
                    || line.contains("migrate:reset")
            }
            "manage.py" | "django-admin" => {
                words.iter().any(|word| matches!(word.as_str(), "flush" | "reset_db" | "sqlflush"))
            }
            "python" | "python3" => line.contains("manage.py flush") || line.contains("manage.py reset_db"),
            "sequelize" | "typeorm" | "knex" | "drizzle-kit" | "mix" => words.iter().any(|word| {
                word.contains("db:drop")
                    || word.contains("schema:drop")
                    || word.contains("ecto.drop")
                    || word.contains("ecto.reset")
                    || word == "drop"
            }),
            "flyway" => words.iter().any(|word| word == "clean"),
            "liquibase" => words.iter().any(|word| word == "drop-all" || word == "dropAll"),
            "supabase" => line.contains("db reset"),
            _ => return None,
        };
        if destroys {
            self.does(What::DeletesData { system: format!("the database that `{name}` works on") });
        }
        // What else these programs do is for others to say.
        (!matches!(name, "php" | "python" | "python3")).then(Flow::default)
    }
}

fn is_client(name: &str) -> bool {
    matches!(
        name,
        "psql"
            | "mysql"
            | "mariadb"
            | "sqlite3"
            | "sqlite"
            | "mongosh"
            | "mongo"
            | "redis-cli"
            | "sqlcmd"
            | "clickhouse-client"
            | "duckdb"
            | "cqlsh"
            | "usql"
            | "pgcli"
            | "litecli"
    )
}

/// Whether a statement deletes more than what it names line by line.
fn destroys(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    let words = [
        "drop table",
        "drop database",
        "drop schema",
        "drop index",
        "drop view",
        "drop column",
        "truncate ",
        "flushall",
        "flushdb",
        "dropdatabase",
        ".drop(",
        "deletemany({})",
        "deletemany( {} )",
        "drop collection",
        "drop keyspace",
    ];
    if words.iter().any(|word| said.contains(word)) {
        return true;
    }
    said.split(';').any(|statement| {
        let changes =
            statement.contains("delete from ") || statement.contains("update ") && statement.contains(" set ");
        changes && !statement.contains(" where ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_without_a_condition_is_for_all_rows() {
        assert!(
            destroys("DELETE FROM users;") && destroys("select 1; DROP TABLE users") && destroys("update t set a = 1")
        );
        assert!(!destroys("DELETE FROM users WHERE id = 3") && !destroys("SELECT * FROM drops"));
    }
}
