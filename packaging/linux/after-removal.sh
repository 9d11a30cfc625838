#!/bin/sh
# Debian's postrm and rpm's %postun in one: after the last of Dealbell has gone (Debian says "purge",
# rpm says 0), no start at login is left in anybody's home. Until then the entry does no harm: its
# TryExec names a program that is not there, so desktops pass over it.
set -e

# An entry that starts our program, and no other of the same name. It is read and removed as the user
# himself, so that no link in his home leads further than his own rights.
forget_start_at_login() {
    # shellcheck disable=SC2016 # expanded by the user's own shell
    setpriv --reuid "$1" --regid "$2" --clear-groups sh -c '
        for entry in "$1"/.config/autostart/dealbell.desktop "$1"/.config/autostart/Dealbell.desktop; do
            if [ -f "$entry" ] && grep -qE "^Exec=\"?(/usr/bin/)?dealbell(\"| |$)" "$entry"; then
                rm -f "$entry"
            fi
        done' sh "$3" </dev/null >/dev/null 2>&1 || true
}

case "$1" in
    purge | 0)
        if command -v setpriv >/dev/null && command -v getent >/dev/null; then
            getent passwd | while IFS=: read -r _ _ user group _ home _; do
                if { [ "$user" -eq 0 ] || [ "$user" -ge 1000 ]; } && [ -d "$home/.config/autostart" ]; then
                    forget_start_at_login "$user" "$group" "$home"
                fi
            done
        fi
        ;;
esac
