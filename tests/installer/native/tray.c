/* Stands in for agentguard.exe in tests of the installer: runs until the installer asks all to end,
   and tells in C:\said.txt which version ended; --stubborn never does. */
#include <windows.h>
#include <stdio.h>
#include <string.h>

int WINAPI WinMain(HINSTANCE self, HINSTANCE before, LPSTR words, int show) {
    HANDLE asked = CreateEventA(0, 1, 0, "Global\\AgentGuard-Quit");
    if (strstr(words, "--stubborn")) Sleep(INFINITE);
    WaitForSingleObject(asked, INFINITE);
    FILE *said = fopen("C:\\said.txt", "a");
    if (said) { fprintf(said, "ended " VERSION "\n"); fclose(said); }
    return 0;
}
