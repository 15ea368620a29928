; The setup for Windows: for one person, without administrator's rights. Called by packaging/windows/build.sh and CI with
;   makensis -DVERSION=1.2.3 -DSOURCE=FOLDER -DOUTPUT=FILE [-DSIGN=COMMAND] setup.nsi
; Silent: setup.exe /S [/AUTOSTART] [/D=FOLDER], uninstall.exe /S [/ERASE]. The folder must be last and without quotes.

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
RequestExecutionLevel user
ManifestDPIAware true
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh

!define NAME "AI Status Tray"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define APPROVED_KEY "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\trayapp"

Name "${NAME}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\trayapp"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} setup"
VIAddVersionKey "LegalCopyright" "MIT licence"

!ifdef SIGN
  !finalize '${SIGN} "%1"'
  !uninstfinalize '${SIGN} "%1"'
!endif

!define MUI_ICON "${SOURCE}\trayapp.ico"
!define MUI_UNICON "${SOURCE}\trayapp.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\trayapp-tray.exe"
!define MUI_FINISHPAGE_RUN_PARAMETERS "run --window"
!insertmacro MUI_PAGE_LICENSE "${SOURCE}\LICENSE.txt"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A running copy holds its files open. It is asked by name, and only what runs from this folder is meant.
!macro EndRunning
  nsExec::Exec `powershell -NoProfile -NonInteractive -Command "Get-Process trayapp,trayapp-tray -ErrorAction SilentlyContinue | Where-Object { $$_.Path -and $$_.Path.StartsWith('$INSTDIR\') } | Stop-Process"`
  Pop $0
!macroend

Section "${NAME}" SectionProgram
  SectionIn RO
  !insertmacro EndRunning
  ; Files of an older version must not stay beside those of the new one.
  RMDir /r "$INSTDIR\Lib"
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${SOURCE}\*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\trayapp-tray.exe" "run --window" "$INSTDIR\trayapp.ico"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\trayapp.ico"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The AI Status Tray authors"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" $0
SectionEnd

; The same value the program itself writes (trayapp/storage/autostart.py), so that each finds what the other did.
Section /o "Start when I log in" SectionAutostart
  WriteRegStr HKCU "${RUN_KEY}" "${NAME}" '"$INSTDIR\trayapp-tray.exe" run'
SectionEnd

Function .onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/AUTOSTART" $1
  ${IfNot} ${Errors}
    !insertmacro SelectSection ${SectionAutostart}
  ${EndIf}
FunctionEnd

Section "un.${NAME}"
  SectionIn RO
  !insertmacro EndRunning
  DeleteRegValue HKCU "${RUN_KEY}" "${NAME}"
  DeleteRegValue HKCU "${APPROVED_KEY}" "${NAME}"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  ; Only what was installed, by name: a person may have chosen a folder with other things in it.
  RMDir /r "$INSTDIR\Lib"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\*.dll"
  Delete "$INSTDIR\*.pyd"
  Delete "$INSTDIR\python*.zip"
  Delete "$INSTDIR\python*._pth"
  Delete "$INSTDIR\trayapp.exe"
  Delete "$INSTDIR\trayapp-tray.exe"
  Delete "$INSTDIR\trayapp.ico"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\licences.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
SectionEnd

; Keys stay in the Windows Credential Manager in any case: take them away in the program first.
Section /o "un.My settings and history" SectionErase
  RMDir /r "$LOCALAPPDATA\trayapp"
SectionEnd

Function un.onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/ERASE" $1
  ${IfNot} ${Errors}
    !insertmacro SelectSection ${SectionErase}
  ${EndIf}
FunctionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionProgram} "The program and its entry in the start menu."
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionAutostart} "It can be switched at any time in the program's settings."
!insertmacro MUI_FUNCTION_DESCRIPTION_END
