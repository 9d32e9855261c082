//! Which program a command is, in a name that may stand on a metric.

/// What coding agents run. A program that is not here counts as `other` on metrics.
const KNOWN: [&str; 62] = [
    "awk", "bash", "bazel", "black", "buck2", "bun", "bundle", "cargo", "cat", "clang", "clippy", "cmake",
    "composer", "cp", "curl", "deno", "docker", "dotnet", "eslint", "find", "gcc", "gem", "gh", "git", "go",
    "gradle", "grep", "helm", "java", "jest", "jq", "kubectl", "ls", "make", "maven", "meson", "mkdir", "mv",
    "mvn", "mypy", "ninja", "node", "npm", "npx", "pip", "pnpm", "poetry", "prettier", "psql", "pytest",
    "python", "python3", "rg", "rm", "ruff", "rustc", "sed", "sh", "tsc", "uv", "vitest", "yarn",
];

/// The bare name of a program, without its folder and `.exe`.
pub(super) fn name(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The name on metrics.
pub(super) fn bounded(name: &str) -> &'static str {
    KNOWN.binary_search(&name).map_or("other", |place| KNOWN[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_its_bare_name_and_an_unknown_one_is_other_on_metrics() {
        assert!(KNOWN.is_sorted());
        let cases = [
            ("/usr/bin/git", "git", "git"),
            (r"C:\tools\cargo.exe", "cargo", "cargo"),
            ("./x", "x", "other"),
        ];
        for (path, bare, on_metrics) in cases {
            assert_eq!((name(path), bounded(name(path))), (bare, on_metrics));
        }
    }
}
