"""Everything that changes the city's own affairs; for administrators, dated, with a reason."""

from commonweal.city.actions.beginning import begin_city, init_steps, register_init_step
from commonweal.city.actions.clocks import (
    extend_clock,
    pause_clock,
    restore_clock,
    resume_clock,
    run_out,
    start_clock,
    stop_clock,
)
from commonweal.city.actions.days import save_holiday, save_week, withdraw_holiday
from commonweal.city.actions.folder import (
    check_folder,
    load_borders,
    load_folder,
    parts,
    register_part,
    save_folder,
)
from commonweal.city.actions.offices import save_unit
from commonweal.city.actions.places import save_district, save_landmark
from commonweal.city.actions.policy import register_parameter, save_profile, set_parameter
from commonweal.city.adapters.files import (
    Document,
    Findings,
    did_you_mean,
    problem_of,
    read_csv,
    read_json,
    read_yaml,
)

__all__ = [
    "Document",
    "Findings",
    "begin_city",
    "check_folder",
    "did_you_mean",
    "extend_clock",
    "init_steps",
    "load_borders",
    "load_folder",
    "parts",
    "pause_clock",
    "problem_of",
    "read_csv",
    "read_json",
    "read_yaml",
    "register_init_step",
    "register_parameter",
    "register_part",
    "restore_clock",
    "resume_clock",
    "run_out",
    "save_district",
    "save_folder",
    "save_holiday",
    "save_landmark",
    "save_profile",
    "save_unit",
    "save_week",
    "set_parameter",
    "start_clock",
    "stop_clock",
    "withdraw_holiday",
]
