# Detection rule of a Win32 app in Intune, run as 64-bit: found = exit 0 and a line on standard output.
# It compares the version: the product code is another one in each version, so by it every computer
# that was upgraded would look as if nothing were installed.
param([version]$Wanted = '0.1.0')
$about = Get-ItemProperty -Path 'HKLM:\SOFTWARE\AgentGuard' -ErrorAction SilentlyContinue
if (-not $about.Version -or [version]$about.Version -lt $Wanted) { exit 1 }
if (-not (Test-Path (Join-Path $about.InstallDir 'agentguard.exe'))) { exit 1 }
if (-not (Get-Service -Name AgentGuardKeeper -ErrorAction SilentlyContinue)) { exit 1 }
Write-Output "AgentGuard $($about.Version)"
exit 0
