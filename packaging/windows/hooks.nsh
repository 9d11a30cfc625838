; What Tauri's installer does not know of Dealbell.

; Uninstalling ends the start at login. An update runs this too, and must keep it.
!macro NSIS_HOOK_POSTUNINSTALL
  ${If} $UpdateMode <> 1
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "Dealbell"
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run" "Dealbell"
  ${EndIf}
!macroend
