//! A tray item through the library the app uses: counts its left clicks, and its menu adds one too.

#[cfg(target_os = "linux")]
mod item {
    use ksni::menu::{StandardItem, SubMenu};
    use ksni::{Icon, MenuItem, ToolTip, Tray};

    pub(crate) struct Counter(pub(crate) u8);

    impl Tray for Counter {
        fn id(&self) -> String {
            "small-tray".into()
        }

        fn title(&self) -> String {
            format!("Counter {}", self.0)
        }

        fn icon_pixmap(&self) -> Vec<Icon> {
            vec![Icon {
                width: 1,
                height: 2,
                data: vec![255, self.0, 0, 0, 255, 0, 0, self.0],
            }]
        }

        fn tool_tip(&self) -> ToolTip {
            let description = format!("{} clicks", self.0);
            ToolTip {
                title: "Counter".into(),
                description,
                ..ToolTip::default()
            }
        }

        fn activate(&mut self, x: i32, y: i32) {
            self.0 += 1;
            println!("clicked at {x} {y}");
        }

        fn menu(&self) -> Vec<MenuItem<Self>> {
            let add = StandardItem {
                label: format!("Add to {}", self.0),
                activate: Box::new(|counter: &mut Self| counter.0 += 1),
                ..StandardItem::default()
            };
            let never = StandardItem {
                label: "Never".into(),
                enabled: false,
                ..StandardItem::default()
            };
            let more = SubMenu {
                label: "More".into(),
                submenu: vec![never.into()],
                ..SubMenu::default()
            };
            vec![add.into(), MenuItem::Separator, more.into()]
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    use ksni::TrayMethods;
    let tray = item::Counter(0)
        .disable_dbus_name(true)
        .assume_sni_available(true);
    let _handle = tray.spawn().await?;
    println!("running");
    std::future::pending().await
}

#[cfg(not(target_os = "linux"))]
fn main() {}
