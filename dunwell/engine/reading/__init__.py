"""The files of people, read: DMN as XML, S-FEEL as text, boxes laid open."""
