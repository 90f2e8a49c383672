"""Sphinx configuration: the project's pages, executed where they hold code."""

project = "openbaclofen"
author = "The openbaclofen authors"
extensions = ["myst_nb"]
html_theme = "furo"
exclude_patterns = ["_build", "jupyter_execute"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 1200
myst_enable_extensions = ["colon_fence", "deflist"]
