//! Clouds, clusters, containers and what describes them: systems beside this machine.

use super::effect::What;
use super::flow::Flow;
use super::run::Shell;
use super::word::Word;

impl Shell<'_, '_> {
    pub(super) fn clouds(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        let words: Vec<String> = arguments.iter().map(Word::shown).collect();
        let has = |word: &str| words.iter().any(|own| own == word);
        let verb = words.iter().find(|word| !word.starts_with('-')).map_or("", String::as_str);
        let is_dry = words.iter().any(|word| word.starts_with("--dry-run") && word != "--dry-run=none");
        let changes = match name {
            "terraform" | "tofu" | "terragrunt" => {
                let state = verb == "state" && (has("rm") || has("mv") || has("push"));
                let applied = verb == "apply"
                    && words.iter().any(|word| {
                        word.starts_with("-auto-approve") || word.starts_with("--auto-approve") || word == "-destroy"
                    });
                verb == "destroy"
                    || state
                    || applied
                    || matches!(verb, "taint" | "force-unlock" | "import")
                    || verb == "workspace" && has("delete")
                    || verb == "run-all"
            }
            "pulumi" => matches!(verb, "destroy" | "up" | "cancel") || verb == "stack" && has("rm"),
            "cdk" => matches!(verb, "destroy" | "deploy"),
            "ansible" | "ansible-playbook" => {
                words.iter().any(|word| word.contains("state=absent"))
                    || name == "ansible-playbook" && !has("--check") && !has("--syntax-check")
            }
            "helm" => matches!(verb, "uninstall" | "delete" | "rollback" | "upgrade" | "install"),
            "serverless" | "sls" | "sam" => matches!(verb, "remove" | "delete" | "deploy"),
            "eksctl" => matches!(verb, "delete" | "drain"),
            "kubectl" | "oc" => {
                let verbs = [
                    "delete", "drain", "cordon", "replace", "scale", "apply", "patch", "edit", "taint", "create",
                    "annotate", "label",
                ];
                verbs.contains(&verb) && !is_dry || verb == "rollout" && (has("undo") || has("restart"))
            }
            "docker" | "podman" | "docker-compose" => return self.containers(name, &words),
            "aws" => {
                words.iter().any(|word| is_change(word))
                    || verb == "s3" && (has("rm") || has("rb") || has("sync") || has("cp") || has("mv"))
            }
            "gcloud" | "az" | "doctl" | "flyctl" | "fly" | "railway" | "vercel" | "netlify" | "heroku" | "ibmcloud"
            | "oci" | "linode-cli" | "hcloud" => {
                words.iter().any(|word| {
                    let word = word.rsplit(':').next().unwrap_or(word);
                    matches!(
                        word,
                        "delete"
                            | "destroy"
                            | "rollback"
                            | "remove"
                            | "rm"
                            | "deploy"
                            | "purge"
                            | "scale"
                            | "reset"
                            | "down"
                            | "update"
                            | "set"
                            | "create"
                            | "unset"
                    )
                }) || name == "vercel" && (has("--prod") || words.is_empty())
            }
            "gsutil" => matches!(verb, "rm" | "rsync" | "cp" | "mv" | "rb") || has("-m"),
            "gh" | "glab" => return self.forge(&words),
            "wrangler" | "firebase" | "supabase" | "amplify" | "eb" => {
                words.iter().any(|word| word.contains("delete") || word.contains("deploy") || word.contains("publish"))
            }
            _ => return None,
        };
        if changes && !is_dry {
            let sends = matches!(name, "aws" | "gsutil") && (has("cp") || has("sync") || has("rsync") || has("mv"));
            let to = words.iter().rev().find(|word| word.contains("://")).cloned();
            match to.filter(|to| sends && words.last() == Some(to)) {
                Some(to) => {
                    let from = words.iter().rev().nth(1).cloned().unwrap_or_default();
                    self.reads(&Word::of(from.clone()));
                    self.does(What::Sends {
                        what: if from == "-" { stdin.secret.clone().unwrap_or(from) } else { from },
                        to,
                    });
                }
                None if sends && !words.iter().any(|word| word.starts_with("--del")) => {}
                None => self.does(What::External { system: format!("what `{name}` manages") }),
            }
        }
        Some(Flow { network: true, ..Flow::default() })
    }

    fn containers(&mut self, name: &str, words: &[String]) -> Option<Flow> {
        let has = |word: &str| words.iter().any(|own| own == word);
        let verbs: Vec<&str> = words.iter().filter(|word| !word.starts_with('-')).map(String::as_str).collect();
        let first = verbs.first().copied().unwrap_or_default();
        let compose = name == "docker-compose" || first == "compose";
        let with_volumes =
            words.iter().any(|word| matches!(word.as_str(), "-v" | "--volumes") || word == "-fv" || word == "-vf");
        let destroys = match first {
            "system" | "volume" | "builder" | "network" if first != "network" => {
                verbs.iter().any(|verb| matches!(*verb, "prune" | "rm" | "remove")) && first != "builder"
            }
            "image" => has("prune") && (has("-a") || has("--all") || has("-af")),
            "rm" | "container" => words.iter().any(|word| {
                word.starts_with('-') && !word.starts_with("--") && word.contains('f') || word == "--force"
            }),
            "rmi" => has("-f") || has("--force"),
            "push" => true,
            _ => compose && (has("down") || has("rm")) && with_volumes,
        };
        if first == "run"
            && (has("--privileged")
                || words
                    .iter()
                    .any(|word| word.starts_with("/:/") || word.contains("=/:/") || word.starts_with("-v/:")))
        {
            self.does(What::Machine { what: "a container would have all of this machine's files or rights".into() });
        }
        if destroys {
            self.does(What::DeletesData { system: "containers, images or volumes".into() });
        }
        Some(Flow::default())
    }

    fn forge(&mut self, words: &[String]) -> Option<Flow> {
        let has = |word: &str| words.iter().any(|own| own == word);
        let verbs: Vec<&str> = words.iter().filter(|word| !word.starts_with('-')).map(String::as_str).collect();
        let pair = (verbs.first().copied().unwrap_or_default(), verbs.get(1).copied().unwrap_or_default());
        let method = words
            .iter()
            .zip(words.iter().skip(1))
            .find(|(flag, _)| *flag == "-X" || *flag == "--method")
            .map(|(_, method)| method.to_ascii_uppercase());
        let changes = match pair {
            (
                "repo" | "release" | "secret" | "variable" | "ssh-key" | "gpg-key" | "run" | "cache" | "label" | "gist"
                | "issue",
                "delete",
            ) => true,
            ("repo", "archive" | "rename" | "edit")
            | ("secret" | "variable", "set")
            | ("pr", "merge")
            | ("release", "create") => true,
            ("api", _) => {
                matches!(method.as_deref(), Some("DELETE" | "PUT" | "POST" | "PATCH"))
                    || words.iter().any(|word| word.contains("mutation"))
            }
            ("workflow", "run" | "disable") => true,
            _ => false,
        };
        if changes && !has("--help") {
            self.does(What::External { system: "the repository's host".into() });
        }
        Some(Flow { network: true, ..Flow::default() })
    }
}

fn is_change(word: &str) -> bool {
    let starts = [
        "delete-",
        "terminate-",
        "deregister-",
        "put-",
        "remove-",
        "reboot-",
        "stop-",
        "modify-",
        "update-",
        "create-",
        "purge-",
        "revoke-",
        "detach-",
        "destroy-",
        "reset-",
    ];
    starts.iter().any(|start| word.starts_with(start))
}
