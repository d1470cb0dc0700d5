"""An import-linter contract: contexts reach each other only through named modules."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Closed unless opened: a new room in a context is private until it is listed as a door."""

    type_name = "doors"

    root: Any = fields.StringField()
    doors: Any = fields.SetField(subfield=fields.StringField())
    open_packages: Any = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002
        breaches = []
        for importer in sorted(graph.find_descendants(self.root)):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if self.is_breach(importer.split("."), imported.split(".")):
                    breaches += graph.get_import_details(importer=importer, imported=imported)
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def is_breach(self, importer: list[str], imported: list[str]) -> bool:
        """Say whether an import walks through a wall; a bare `import commonweal.cases` does too."""
        match imported:
            case [self.root, package] if package != importer[1]:
                return package not in self.open_packages
            case [self.root, package, room, *_] if package != importer[1]:
                return package not in self.open_packages and room not in self.doors
        return False

    def render_broken_contract(self, check: ContractCheck) -> None:
        for found in check.metadata["breaches"]:
            where = f"{found['importer']}:{found['line_number']}"
            output.print_error(f"{where} reaches into {found['imported']}", bold=False)
        output.new_line()
