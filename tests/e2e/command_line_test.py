"""What a newcomer types: names, misspelt words, help, and an installed program."""
import os
import re
import subprocess
import unittest

from program import DONE, INVALID, PROGRAM, SOURCE, STORAGE, ProgramTest

COMMAND_LINE = 2
VERBS = ("run check merge show report export compare size optimise boundaries analyze decide replay replicate claims calibrate influence evidence scenarios new schema").split()


class CommandLine(ProgramTest):
    def test_help_fits_a_terminal_and_names_the_program(self):
        for words in ((), *((verb,) for verb in VERBS), ("scenarios", "list"), ("scenarios", "show"), ("scenarios", "copy")):
            with self.subTest(words=words):
                text = self.call(*words, "--help").stdout
                self.assertLessEqual(max(map(len, text.splitlines())), 100)
                self.assertIn("Usage: " + " ".join(("vcohort", *words)), text)
                self.assertNotIn(os.path.dirname(PROGRAM), text)
        self.assertEqual(set(re.findall(r"^  ([a-z]+) ", self.call("--help").stdout.split("Verbs:")[1], re.MULTILINE)), set(VERBS))

    def test_a_misspelt_word_names_what_was_meant(self):
        for words, meant, status in ((("rnu", "quickstart"), '"run"', COMMAND_LINE), (("run", "quickstart", "--ovewrite"), '"--overwrite"', COMMAND_LINE),
                                     (("run", "quickstart", "--thread=2"), '"--threads"', COMMAND_LINE), (("show", "a.h5", "--format", "jsn"), '"json"', COMMAND_LINE),
                                     (("run", "quickstart", "--progress", "lgo"), '"log"', COMMAND_LINE), (("schema", "reslt"), '"result"', COMMAND_LINE),
                                     (("scenarios", "lst"), '"list"', COMMAND_LINE), (("decide", "x", "--population", "incidenc=3"), '"incidence"', COMMAND_LINE),
                                     (("run", "quikstart"), '"quickstart"', STORAGE), (("size", "two-arm-continous"), '"two-arm-continuous"', STORAGE),
                                     (("scenarios", "copy", "quikstart"), '"quickstart"', INVALID), (("replicate", "peng-2071"), '"peng-2017"', INVALID),
                                     (("claims", "age-windw"), '"age-window"', STORAGE)):
            with self.subTest(words=words):
                self.assertIn(f"did you mean {meant}?", self.call(*words, status=status).stderr)
        self.assertIn("--help", self.call(status=COMMAND_LINE).stderr)
        self.assertIn("--help", self.call("show", status=COMMAND_LINE).stderr)
        self.assertIn("4096", self.call("run", "quickstart", "--threads", 0, status=COMMAND_LINE).stderr)

    def test_what_ships_is_listed_by_what_one_starts_from(self):
        text = self.call("scenarios").stdout
        names = re.findall(r"^  (\S+)(.*)$", text, re.MULTILINE)
        shipped = {path.stem for path in (SOURCE / "scenarios").glob("**/*.toml") if path.parent.name != "sources" and not path.stem.endswith(".figures")}
        self.assertEqual({name for name, _ in names}, shipped)
        self.assertLess(text.index("quickstart"), text.index("two-arm-continuous"))
        self.assertLess(text.index("two-arm-continuous"), text.index("sceptical"))
        for name, title in names:
            self.assertTrue(title.strip(), name)

    def test_a_study_that_ships_runs_by_its_name(self):
        self.call("run", "quickstart", "--set", "population.size=64", "--quiet")
        self.assertTrue((self.folder / "quickstart.h5").is_file())
        for words in (("check", "quickstart"), ("check", "studies/quickstart"), ("check", "two-arm-continuous"), ("check", "age-window"), ("check", "peng-2017"),
                      ("run", "quickstart", "--dry-run"), ("replay", "quickstart", "--patient", 3)):
            with self.subTest(words=words):
                self.call(*words)
        (self.folder / "quickstart").write_text("title = 3")  # a file of that name comes first
        self.call("check", "quickstart", status=INVALID)

    def test_an_installed_program_runs_from_anywhere(self):
        build = os.path.dirname(os.path.dirname(PROGRAM))
        if not os.path.exists(os.path.join(build, "cmake_install.cmake")):
            self.skipTest("the program was not built by CMake here")
        subprocess.run(["cmake", "--install", build, "--prefix", self.folder / "local", "--component", "vcohort"], check=True, capture_output=True)
        env = {**os.environ, "PATH": f"{self.folder}/local/bin:{os.environ['PATH']}"}
        self.assertEqual(subprocess.run(["vcohort", "check", "quickstart"], cwd="/", env=env, capture_output=True).returncode, DONE)
        complete = f"""source {self.folder}/local/share/bash-completion/completions/vcohort
            ask() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vcohort; echo "${{COMPREPLY[@]}}"; }}
            ask vcohort re; ask vcohort run --ov; ask vcohort run quick; ask vcohort scenarios c"""
        done = subprocess.run(["bash", "-c", complete], cwd=self.folder, env=env, capture_output=True, text=True)
        self.assertEqual(done.stdout.splitlines(), ["report replay replicate", "--overwrite", "quickstart", "copy"], done.stderr)


if __name__ == "__main__":
    unittest.main()
