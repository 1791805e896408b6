/* Stands in for agentguard-ctl.exe in tests of the installer, which then need no frozen Python:
   keeper service | setup close [--seconds n] [--upgrade] [--leaving] [--all] [--kill] | setup take FILE |
   setup farewell | setup purge | --version */
#define _WIN32_WINNT 0x0601
#include <windows.h>
#include <psapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define DATA "C:\\ProgramData\\AgentGuard"
#define MARK DATA "\\upgrade.pending"

static SERVICE_STATUS now;
static SERVICE_STATUS_HANDLE told;
static HANDLE stop;

static void tell(DWORD state) { now.dwCurrentState = state; SetServiceStatus(told, &now); }

static DWORD WINAPI control(DWORD code, DWORD type, void *data, void *context) {
    if (code == SERVICE_CONTROL_STOP || code == SERVICE_CONTROL_SHUTDOWN) { tell(SERVICE_STOP_PENDING); SetEvent(stop); }
    return 0;
}

static void WINAPI service(DWORD count, char **words) {
    told = RegisterServiceCtrlHandlerExA("AgentGuardKeeper", control, 0);
    stop = CreateEventA(0, 1, 0, 0);
    now.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    now.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN;
    tell(SERVICE_RUNNING);
    WaitForSingleObject(stop, INFINITE);
    tell(SERVICE_STOPPED);
    Sleep(400); /* a process ends later than its service: the installer has to wait for it */
}

static void emptied(const char *folder) {
    char path[700];
    WIN32_FIND_DATAA found;
    snprintf(path, sizeof path, "%s\\*", folder);
    HANDLE search = FindFirstFileA(path, &found);
    if (search == INVALID_HANDLE_VALUE) return;
    do {
        if (!strcmp(found.cFileName, ".") || !strcmp(found.cFileName, "..")) continue;
        snprintf(path, sizeof path, "%s\\%s", folder, found.cFileName);
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) { emptied(path); RemoveDirectoryA(path); } else DeleteFileA(path);
    } while (FindNextFileA(search, &found));
    FindClose(search);
}

/* Processes of our folder but this one; the keeper too when every one is meant. */
static int others(int every, int kill) {
    DWORD ids[2048], size, count = 0;
    char own[600], path[600];
    GetModuleFileNameA(0, own, sizeof own);
    *strrchr(own, '\\') = 0;
    if (!K32EnumProcesses(ids, sizeof ids, &size)) return 0;
    for (DWORD i = 0; i < size / sizeof *ids; i++) {
        HANDLE one = ids[i] == GetCurrentProcessId() ? 0 : OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE, 0, ids[i]);
        DWORD length = sizeof path;
        if (!one) continue;
        if (QueryFullProcessImageNameA(one, 0, path, &length)) {
            char *name = strrchr(path, '\\');
            if (name) {
                *name++ = 0;
                if (!_stricmp(path, own) && (every || _stricmp(name, "agentguard-ctl.exe")) && WaitForSingleObject(one, 0) == WAIT_TIMEOUT) {
                    count++;
                    if (kill) { TerminateProcess(one, 1); WaitForSingleObject(one, 3000); }
                }
            }
        }
        CloseHandle(one);
    }
    return count;
}

static int closed(int count, char **words) {
    int every = 0, kill = 0;
    double seconds = 15;
    FILE *mark;
    for (int i = 3; i < count; i++) {
        if (!strcmp(words[i], "--all")) every = 1;
        if (!strcmp(words[i], "--kill")) kill = 1;
        if (!strcmp(words[i], "--upgrade") && (mark = fopen(MARK, "w"))) fclose(mark);
        if (!strcmp(words[i], "--seconds") && i + 1 < count) seconds = atof(words[i + 1]);
    }
    HANDLE asked = OpenEventA(EVENT_MODIFY_STATE, 0, "Global\\AgentGuard-Quit");
    if (asked) { SetEvent(asked); CloseHandle(asked); }
    for (int i = 0; i < seconds * 10; i++) { if (!others(every, 0)) return 0; Sleep(100); }
    if (!kill) return 1;
    others(every, 1);
    return 0;
}

static int told_farewell(void) {
    FILE *said = fopen("C:\\said.txt", "a");
    if (said) { fprintf(said, GetFileAttributesA(MARK) == INVALID_FILE_ATTRIBUTES ? "farewell\n" : "no farewell\n"); fclose(said); }
    return 0;
}

int main(int count, char **words) {
    if (count == 2 && !strcmp(words[1], "--version")) { puts("agentguard " VERSION); return 0; }
    if (count < 3) return 2;
    if (!strcmp(words[1], "keeper") && !strcmp(words[2], "service")) {
        SERVICE_TABLE_ENTRYA table[] = {{"AgentGuardKeeper", service}, {0, 0}};
        return StartServiceCtrlDispatcherA(table) ? 0 : 1;
    }
    if (!strcmp(words[1], "setup") && !strcmp(words[2], "close")) return closed(count, words);
    if (!strcmp(words[1], "setup") && !strcmp(words[2], "purge")) {
        if (GetFileAttributesA(MARK) != INVALID_FILE_ATTRIBUTES) DeleteFileA(MARK); else emptied(DATA);
        return 0;
    }
    if (!strcmp(words[1], "setup") && !strcmp(words[2], "take") && count == 4) return !CopyFileA(words[3], DATA "\\private\\enrolment-code", 0);
    if (!strcmp(words[1], "setup") && !strcmp(words[2], "farewell")) return told_farewell();
    return 2;
}
