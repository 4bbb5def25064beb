"""Looks at a program with gdb, which imports this file: after a crash, after a run that printed nothing, or all the time.

The guest server has gdb call `main` with these parameters (guest/server/execution/inspection.ts):

- `mode`: `core` explains the core file of a crash; `silent` runs the program a second time, with its output thrown away, and
  reports values at the end of main; `macros` runs the program for its user, with the macros of candide.h
- `program`, `arguments`, `library` (loaded into the program; may be empty), `core`, `signal` (which the program died of)
- `expression` whose value is asked for; may be empty
- `language`: `c` or `c++`
- `report`: path of the file that the report is written to

All of it runs in the sandbox of the program, with its rights and limits. What a program does to this script it does to its own
report.
"""

import os
import re
import signal

import gdb

# A chain of calls longer than this is cut: a recursion without end has some hundred thousand.
MAX_FRAMES = 8
# To find the frames of libraries below and above those of the program.
MAX_SEARCHED_FRAMES = 64
MAX_REPORT_BYTES = 8192
MAX_TEXT = 2000
MAX_STATEMENT_LINES = 4
FATAL_SIGNALS = ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGSYS")
MADE_BY_COMPILERS = ("__PRETTY_FUNCTION__", "__FUNCTION__", "__func__")
SETTINGS = (
    "breakpoint pending off",
    "charset UTF-8",
    "confirm off",
    "auto-load libthread-db off",
    "debuginfod enabled off",
    "disassembly-flavor att",
    "height 0",
    "history save off",
    "max-value-size 1048576",
    "pagination off",
    "print elements 200",
    "print frame-arguments scalars",
    "print inferior-events off",
    "print null-stop on",
    "print sevenbit-strings on",
    "print thread-events off",
    "style enabled off",
    "unwindonsignal on",
    "width 0",
)


def main(given):
    for setting in SETTINGS:
        try_command(f"set {setting}")
    if given["language"] == "c":
        # C++ has its standard library's printers by it.
        command("set auto-load off")
    MODES[given["mode"]](given)


def explain_core(given):
    silence()
    command(f"file {given['program']}")
    command(f"core-file {given['core']}")
    # Of a child of the program, whose core was the last: it says nothing about the program.
    number = int(gdb.parse_and_eval("$_siginfo.si_signo"))
    if signal.Signals(number).name == given["signal"]:
        write_report(given, crash_text(given["signal"]))


def watch_second_run(given):
    silence()
    run = Run(given, "")
    end = break_at_end_of_main(given)
    run.start()
    while run.signal is None and run.exit_code is None:
        text = end_text(given) if run.stopped_at(end) else None
        if text is not None:
            write_report(given, text)
            break
        run.go_on()
    if run.signal is not None:
        write_report(given, crash_text(run.signal))
    # The program is not to go on: nobody sees its output.
    end_now(0)


def run_with_macros(given):
    # What gdb says of its stops is no output of the program.
    output, errors = os.dup(1), os.dup(2)
    silence()
    own = f"/proc/{os.getpid()}/fd"
    run = Run(given, f" >>{own}/{output} 2>>{own}/{errors}")
    conversation = Conversation(given, run, output)
    run.start()
    while run.signal is None and run.exit_code is None:
        conversation.answer()
        run.go_on()
    if run.exit_code is not None:
        end_now(run.exit_code)
    write_report(given, crash_text(run.signal))
    end_as_killed(run.signal)


MODES = {"core": explain_core, "silent": watch_second_run, "macros": run_with_macros}


class Run:
    """A program that runs under gdb, from one stop to the next."""

    def __init__(self, given, redirection):
        self.exit_code = None
        self.signal = None
        self.breakpoints = []
        command(f"file {given['program']}")
        os.environ["SHELL"] = "/bin/sh"
        # The shell that gdb starts splits the words and hands the library on (program.c).
        gdb.execute("set args " + " ".join(map(quoted, given["arguments"])) + redirection, to_string=True)
        # gdb sets both for programs that draw on a terminal.
        for name in ("LINES", "COLUMNS"):
            if name not in os.environ:
                try_command(f"unset environment {name}")
        if given["library"]:
            command(f"set environment LD_PRELOAD {given['library']}")
            command("set environment PBOT_VM_SHELL 1")
        for name in ("SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGHUP", "SIGTERM", "SIGQUIT", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGXCPU", "SIGXFSZ"):
            try_command(f"handle {name} nostop noprint pass")
        for name in FATAL_SIGNALS:
            try_command(f"handle {name} stop print pass")
        gdb.events.stop.connect(self.has_stopped)
        gdb.events.exited.connect(self.has_exited)

    def has_stopped(self, event):
        self.breakpoints = event.breakpoints if isinstance(event, gdb.BreakpointEvent) else []
        if isinstance(event, gdb.SignalEvent) and event.stop_signal in FATAL_SIGNALS and not catches(event.stop_signal):
            self.signal = event.stop_signal

    def has_exited(self, event):
        # Without a code a signal that nobody waited for has ended it.
        self.exit_code = getattr(event, "exit_code", None)
        if self.exit_code is None:
            self.exit_code = 128

    def stopped_at(self, breakpoints):
        return any(each in breakpoints for each in self.breakpoints)

    def start(self):
        command("run")

    def go_on(self):
        self.breakpoints = []
        command("continue")


def catches(name):
    """Whether the program has a handler for a signal, which it would not survive without one."""
    with open(f"/proc/{gdb.selected_inferior().pid}/status") as status:
        caught = next(int(line.split()[1], 16) for line in status if line.startswith("SigCgt:"))
    return bool(caught >> (signal.Signals[name] - 1) & 1)


# Crashes


def crash_text(name):
    frames, is_cut = calls()
    meaning = signal_meaning(name)
    text = f"Program received signal {name}, {meaning}"
    for number, frame in enumerate(frames):
        text += (" called by " if number else " in ") + frame_text(frame)
    if is_cut:
        text += " called by ..."
    own = next((frame for frame in frames if is_own(frame)), None)
    variables = locals_text(own) if own else ""
    return text + (f" <local variables: {variables}>" if variables else "")


def signal_meaning(name):
    """What gdb calls it: the last column of a table, after a line of headings."""
    return command(f"info signals {name}").strip().splitlines()[-1].split("\t")[-1].strip()


def calls():
    """From the innermost frame to main. Of frames of a library in a row only the one that the program has called."""
    found = []
    frame = gdb.newest_frame()
    searched = 0
    while frame is not None and frame.is_valid() and searched < MAX_SEARCHED_FRAMES and len(found) <= MAX_FRAMES:
        searched += 1
        if not is_own(frame) and found and not is_own(found[-1]):
            if frame.name():
                found[-1] = frame
        else:
            found.append(frame)
        if frame.name() == "main":
            break
        frame = older(frame)
    while found and not is_own(found[-1]) and len(found) > 1:
        # What calls main, or a thread's first function.
        found.pop()
    return found[:MAX_FRAMES], len(found) > MAX_FRAMES


def older(frame):
    try:
        return frame.older()
    except gdb.error:
        # The stack is overwritten from here on.
        return None


def is_own(frame):
    """Whether the source of its function is here: it is the program's and no library's."""
    try:
        table = frame.find_sal().symtab
    except gdb.error:
        return False
    return table is not None and frame.function() is not None and os.path.exists(table.fullname())


def frame_text(frame):
    if not is_own(frame):
        return f"{(frame.name() or '??').removeprefix('__GI_')} ()"
    statement = statement_of(frame)
    text = f"{frame.name()} ({', '.join(arguments_of(frame))})"
    return text + (f" at statement: {statement}" if statement else "")


def arguments_of(frame):
    return [
        f"{symbol.print_name}={value_of(symbol, frame, is_short=True)}"
        for symbol in frame.function().symtab and frame_block(frame, is_outermost=True) or ()
        if symbol.is_argument
    ]


def frame_block(frame, is_outermost=False):
    block = frame.block()
    while is_outermost and block.function is None and block.superblock is not None:
        block = block.superblock
    return block


def statement_of(frame):
    """The line of the source, and those that belong to the same statement."""
    place = frame.find_sal()
    lines = source_lines(place.symtab.fullname())[place.line - 1 : place.line - 1 + MAX_STATEMENT_LINES]
    text = ""
    for line in lines:
        text = f"{text} {line.strip()}".strip()
        if re.search(r"[;{}]\s*(//.*|/\*.*)?$", text):
            break
    return text[:MAX_TEXT]


SOURCES = {}


def source_lines(path):
    if path not in SOURCES:
        with open(path, encoding="utf-8", errors="replace") as file:
            SOURCES[path] = file.read().split("\n")
    return SOURCES[path]


def locals_text(frame):
    """Variables of the innermost block first, as gdb lists them. A name that hides another counts alone."""
    found = {}
    block = frame_block(frame)
    while block is not None:
        for symbol in block:
            name = symbol.print_name
            if symbol.is_variable and not symbol.is_argument and name not in found and name not in MADE_BY_COMPILERS:
                found[name] = value_of(symbol, frame)
        if block.function is not None:
            break
        block = block.superblock
    return "; ".join(f"{name} = {value}" for name, value in found.items())


def value_of(symbol, frame, is_short=False):
    try:
        value = symbol.value(frame)
        if is_short and value.type.strip_typedefs().code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_ARRAY):
            return "..."
        return shown(value)
    except (gdb.error, ValueError, RuntimeError) as error:
        return f"<error: {error}>"


def shown(value):
    # gdb shows a zero of one byte with its character.
    return re.sub(r" '\\0+'$", "", value.format_string())[:MAX_TEXT]


# Programs that print nothing


def break_at_end_of_main(given):
    """Where main ends: at the lines of its last statement, and where the program asks for its end."""
    main_function = gdb.lookup_global_symbol("main")
    if main_function is None:
        return []
    table = main_function.symtab
    block = gdb.block_for_pc(int(main_function.value().address))
    places = [each for each in table.linetable() if block.start <= each.pc < block.end and each.line > 0]
    if not places:
        return []
    last = max(each.line for each in places)
    wanted = {last, line_of_expression(given, table, places)}
    spots = [f"{table.filename}:{line}" for line in wanted if line]
    # Both are in a library that is not loaded yet.
    command("set breakpoint pending on")
    made = [internal_breakpoint(spot) for spot in (*spots, "exit", "_exit")]
    command("set breakpoint pending off")
    return [each for each in made if each is not None]


def line_of_expression(given, table, places):
    """The line of the last statement, which is evaluated by gdb in place of the program: it may change what it is made of."""
    wanted = squeezed(given["expression"])
    if not wanted:
        return None
    lines = source_lines(table.fullname())
    same = [each.line for each in places if squeezed(lines[each.line - 1]).rstrip(";") == wanted]
    return max(same, default=None)


def squeezed(text):
    return re.sub(r"\s+", "", text)


def internal_breakpoint(spot):
    try:
        return gdb.Breakpoint(spot, internal=True)
    except gdb.error:
        return None


def end_text(given):
    """Nothing where main does not run: a constructor of C++ may have the same line."""
    frame = gdb.newest_frame()
    while frame is not None and frame.name() != "main":
        frame = older(frame)
    if frame is None:
        return None
    frame.select()
    if given["expression"]:
        value = evaluated(given, given["expression"])
        if value is not None:
            return f"no output: {given['expression']} = {value}"
    variables = locals_text(frame)
    return f"no output: {variables}" if variables else ""


def evaluated(given, expression):
    try:
        value = gdb.parse_and_eval(as_compiled(given, expression))
        return None if value.type.strip_typedefs().code == gdb.TYPE_CODE_VOID else shown(value)
    except (gdb.error, gdb.MemoryError, ValueError, RuntimeError):
        return None


def as_compiled(given, expression):
    """gdb takes a character of C for a char, and C takes it for an int."""
    if given["language"] != "c":
        return expression
    return re.sub(
        r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])+\'',
        lambda found: f"((int){found[0]})" if found[0][0] == "'" else found[0],
        expression,
    )


# Macros


class Conversation:
    """Answers the commands of a program, in its output."""

    def __init__(self, given, run, output):
        self.output = output
        self.given = given
        self.run = run
        self.watched = {}
        self.traced = {}
        self.depth = 0
        self.macro = internal_breakpoint("gdb")

    def answer(self):
        for each in self.run.breakpoints:
            if not each.is_valid():
                # A watched variable has gone out of scope.
                continue
            if each == self.macro:
                self.obey()
            elif each.number in self.watched:
                self.tell_change(self.watched[each.number])
            elif each.number in self.traced:
                self.enter(self.traced[each.number])

    def obey(self):
        frame = gdb.newest_frame()
        text = frame.read_var("pbot_vm_command").string(errors="replace")
        caller = older(frame)
        if caller is not None:
            caller.select()
        if not text.startswith("\1"):
            self.say(try_command(text).rstrip("\n"))
            return
        verb, _, operand = text[1:].partition(" ")
        ANSWERS[verb](self, operand.strip())

    def tell_value(self, expression):
        self.say_of(expression, lambda: shown(gdb.parse_and_eval(as_compiled(self.given, expression))))

    def tell_type(self, expression):
        self.say_of(expression, lambda: self.type_text("ptype", expression))

    def tell_name_of_type(self, expression):
        self.say_of(expression, lambda: self.type_text("whatis", expression))

    def type_text(self, verb, expression):
        text = command(f"{verb} {as_compiled(self.given, expression)}")
        return re.sub(r"\s+", " ", text).strip().removeprefix("type = ")

    def watch(self, expression):
        try:
            made = gdb.Breakpoint(expression, type=gdb.BP_WATCHPOINT, internal=True)
            self.watched[made.number] = expression
        except gdb.error as error:
            self.say(str(error))

    def tell_change(self, expression):
        self.say_of(expression, lambda: shown(gdb.parse_and_eval(expression)))

    def trace(self, function):
        made = internal_breakpoint(function)
        if made is None:
            self.say(f'No symbol "{function}" in current context.')
        else:
            self.traced[made.number] = function

    def enter(self, function):
        frame = gdb.newest_frame()
        self.depth += 1
        call = f"[{self.depth}] {function} ({', '.join(arguments_of(frame) if is_own(frame) else ())})"
        self.say(f"entered {call}")
        Leaving(self, frame, call)

    def say_of(self, expression, answer):
        try:
            self.say(f"{expression} = {answer()}")
        except (gdb.error, gdb.MemoryError, ValueError, RuntimeError) as error:
            self.say(str(error))

    def say(self, text):
        data = f"\n{text[:MAX_REPORT_BYTES]}\n".encode(errors="replace")
        while data:
            data = data[os.write(self.output, data) :]


ANSWERS = {
    "print": Conversation.tell_value,
    "ptype": Conversation.tell_type,
    "whatis": Conversation.tell_name_of_type,
    "watch": Conversation.watch,
    "trace": Conversation.trace,
}


class Leaving(gdb.FinishBreakpoint):
    """Tells of the end of a call that is traced."""

    def __init__(self, conversation, frame, call):
        super().__init__(frame, internal=True)
        self.conversation = conversation
        self.call = call

    def stop(self):
        value = self.return_value
        self.tell("" if value is None else f", returned {shown(value)}")
        return False

    def out_of_scope(self):
        self.tell("")

    def tell(self, rest):
        self.conversation.say(f"leaving {self.call}{rest}")
        self.conversation.depth -= 1


# gdb and files


def command(text):
    return gdb.execute(text, to_string=True)


def try_command(text):
    try:
        return command(text)
    except (gdb.error, gdb.MemoryError) as error:
        return str(error)


def quoted(word):
    """For the shell."""
    return "'" + word.replace("'", "'\\''") + "'"


def silence():
    """What gdb and the program print goes nowhere."""
    nothing = os.open("/dev/null", os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)


def write_report(given, text):
    data = text.encode(errors="replace")[:MAX_REPORT_BYTES].decode(errors="ignore").encode()
    with open(given["report"], "wb") as file:
        file.write(data)


def end_as_killed(name):
    """Ends gdb, and what it runs, as the signal would have ended the program."""
    try_command("kill")
    number = signal.Signals[name]
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def end_now(exit_code):
    try_command("kill")
    os._exit(exit_code)

