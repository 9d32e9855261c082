//! Files as people write them, and what comes of them.

mod reading;
mod schema;

use crate::settings::Settings;

/// The settings and findings of a file, in an environment of these variables.
pub(super) fn applied(text: &str, variables: &[(&str, &str)]) -> Result<(Settings, Vec<String>), String> {
    let find =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let mut settings = Settings::new("program");
    let findings = super::read(&mut settings, text, &find)?;
    Ok((settings, findings))
}
