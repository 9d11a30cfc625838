//! What Windows must know of an app before it shows its toasts and starts its links: two entries
//! below the user's own classes. An installer makes them, too; this is for an app that was unpacked.

use std::env::current_exe;

use windows_registry::{CLASSES_ROOT, CURRENT_USER, Result};

use crate::link::SCHEME;

/// Enters the app, and its scheme of links where nobody has it.
pub(super) fn register(app_name: &str, app_id: &str, icon: Option<&str>) -> Result<()> {
    let app = CURRENT_USER.create(format!(r"Software\Classes\AppUserModelId\{app_id}"))?;
    app.set_string("DisplayName", app_name)?;
    if let Some(icon) = icon.filter(|icon| icon.contains('\\')) {
        app.set_string("IconUri", icon)?;
    }
    let taken = CLASSES_ROOT.open(format!(r"{SCHEME}\shell\open\command"));
    let (Err(_), Ok(program)) = (taken, current_exe()) else {
        return Ok(());
    };
    let program = program.display();
    let scheme = CURRENT_USER.create(format!(r"Software\Classes\{SCHEME}"))?;
    scheme.set_string("", format!("URL:{app_name}"))?;
    scheme.set_string("URL Protocol", "")?;
    let command = scheme.create(r"shell\open\command")?;
    command.set_string("", format!("\"{program}\" \"%1\""))?;
    Ok(())
}
